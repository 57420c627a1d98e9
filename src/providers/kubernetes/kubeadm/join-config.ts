import { Buffer } from 'node:buffer';
import type { Node, Result, SecretRef, World } from '../../../model/index.js';
import { ok, secretRef } from '../../../model/index.js';
import { newToken, render } from '../../../tools/kubeadm/index.js';
import { applyManifest } from '../../../tools/kubectl/index.js';
import { writeLines } from '../../../tools/ssh/index.js';
import { kubeconfig } from './cluster-look.js';

/** kubeadm's configuration of a machine that joins; holds a token, hence secret. */
export const joinFile = '/run/strata/join.yaml';
const discoveryFile = '/run/strata/discovery.yaml';

/** Templates a machine joins with. */
export interface JoinTemplates {
  readonly join: string;
  readonly discovery: string;
  readonly token: string;
}

/** Script lines that write where the cluster is and what proves it; `authority` is a PEM certificate. */
export function discoveryLines(templates: JoinTemplates, apiServer: string, authority: string): Result<string> {
  const content = render(templates.discovery, { apiServer, authority: Buffer.from(authority, 'utf8').toString('base64') });
  return content.ok ? writeLines([{ path: discoveryFile, content: content.value }]) : content;
}

/** Makes a token of minutes known to the cluster; the machine's configuration with it is kept as a secret. */
export async function makeJoinConfig(
  w: World,
  node: Node,
  templates: JoinTemplates,
  more: Readonly<Record<string, string>> = {},
): Promise<Result<SecretRef>> {
  const { id, secret } = newToken();
  const expiration = new Date(w.now().getTime() + 20 * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const object = render(templates.token, { id, secret, machine: node.name, expiration });
  if (!object.ok) return object;
  const config = render(templates.join, {
    name: node.name,
    address: node.address,
    discovery: discoveryFile,
    token: `${id}.${secret}`,
    ...more,
  });
  if (!config.ok) return config;
  const kept = await w.keep(secretRef(`join-token-${node.name}`), object.value);
  if (!kept.ok) return kept;
  const configRef = secretRef(`join-config-${node.name}`);
  const keptConfig = await w.keep(configRef, config.value);
  if (!keptConfig.ok) return keptConfig;
  const known = await applyManifest(w, kubeconfig, secretRef(`join-token-${node.name}`));
  return known.ok ? ok(configRef) : known;
}
