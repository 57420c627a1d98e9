import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { StepId } from '../../model/index.js';
import { err, ok, type Result, type Spec } from '../../model/index.js';
import { absolutePath, openConnection, readText } from '../../host/index.js';
import { createKubeClient, kubeconfigUnusable, type KubeClient, type Part, parseKubeconfig } from '../../tools/kube-api/index.js';
import { reachOf } from '../reach.js';
import { composeAt, readHistory, type Site } from '../site.js';
import { kubeconfigMissing, noCluster } from './errors.js';

/** A cluster that stands, to be looked at. */
export interface LiveCluster {
  readonly client: KubeClient;
  close(): void;
}

/** Opens the cluster of an environment, or the one a kubeconfig names. The kubeconfig is read here and handed to no program. */
export async function openCluster(site: Site, spec: Spec, kubeconfig: string | undefined): Promise<Result<LiveCluster>> {
  const file = kubeconfig === undefined ? await ownKubeconfig(site, spec) : ok(absolutePath(kubeconfig));
  return file.ok ? openKubeconfig(file.value) : file;
}

async function ownKubeconfig(site: Site, spec: Spec): Promise<Result<string>> {
  const composed = composeAt(site, spec, 'ask');
  if (!composed.ok) return composed;
  const told = await readHistory(site);
  if (!told.ok) return told;
  const outputs = new Map<StepId, unknown>([...told.value.state.records].map(([id, { outputs: value }]) => [id, value]));
  const { kubeconfig } = await reachOf(site, composed.value, outputs);
  return kubeconfig === undefined ? err(noCluster(spec.environment)) : ok(kubeconfig);
}

/** Speaks to the API server that the current context of a kubeconfig names. */
export async function openKubeconfig(file: string): Promise<Result<LiveCluster>> {
  const text = await readText(file);
  if (!text.ok) return text;
  if (text.value === undefined) return err(kubeconfigMissing(file));
  const access = parseKubeconfig(parsed(text.value), file);
  if (!access.ok) return access;
  const { server, ca, token, identity } = access.value;
  const parts = await Promise.all([ca, token, identity?.cert, identity?.key].map((part) => textOf(part, file)));
  const [caText, tokenText, cert, key] = parts;
  if (caText === undefined) return err(kubeconfigUnusable(file, 'the file of its certificate authority cannot be read'));
  const own = cert !== undefined && key !== undefined ? { identity: { cert, key } } : {};
  if (tokenText === undefined && own.identity === undefined)
    return err(kubeconfigUnusable(file, 'the files of its user cannot be read'));
  const connection = openConnection({
    base: server,
    ca: caText,
    ...(tokenText !== undefined && { token: tokenText.trim() }),
    ...own,
  });
  const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
  return ok({ client: createKubeClient({ send: connection.send, pause }), close: () => connection.close() });
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined; // told as "no YAML mapping"
  }
}

async function textOf(part: Part | undefined, kubeconfig: string): Promise<string | undefined> {
  if (part === undefined || 'text' in part) return part?.text;
  const read = await readText(resolve(dirname(kubeconfig), part.file));
  return read.ok ? read.value : undefined;
}

/** Exchanges at once; the API server itself says when it has enough. */
const width = 64;

/** Does the same to many, some of them at once; answers are in the order of the items. */
export async function forEach<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const done: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) done[at] = await work(items[at] as T);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return done;
}
