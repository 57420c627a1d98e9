import { err, ok, type Result } from '../../model/index.js';
import { kubeconfigUnusable } from './errors.js';

/** Text that stands in the kubeconfig itself, or in a file beside it. */
export type Part = { readonly text: string } | { readonly file: string };

/** The current context of a kubeconfig. */
export interface Access {
  readonly server: string;
  readonly ca: Part;
  readonly token?: Part;
  readonly identity?: { readonly cert: Part; readonly key: Part };
}

type Entry = Readonly<Record<string, unknown>>;

const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null;

/** Reads what was parsed from a kubeconfig; helper programs (`exec`) are not started. */
export function parseKubeconfig(config: unknown, file: string): Result<Access> {
  const unusable = (why: string): Result<never> => err(kubeconfigUnusable(file, why));
  if (!isEntry(config)) return unusable('it is no YAML mapping');
  const context = named(config.contexts, config['current-context'], 'context');
  if (context === undefined) return unusable('its current context is not in it');
  const cluster = named(config.clusters, context.cluster, 'cluster');
  const user = named(config.users, context.user, 'user');
  if (typeof cluster?.server !== 'string') return unusable('its cluster has no server');
  const ca = part(cluster, 'certificate-authority');
  if (ca === undefined) return unusable('its cluster has no certificate authority');
  const cert = part(user, 'client-certificate');
  const key = part(user, 'client-key');
  const token = tokenOf(user);
  if ((cert === undefined || key === undefined) && token === undefined)
    return unusable('its user has neither a client certificate nor a token');
  return ok({
    server: cluster.server.replace(/\/$/, ''),
    ca,
    ...(token !== undefined && { token }),
    ...(cert !== undefined && key !== undefined && { identity: { cert, key } }),
  });
}

function named(list: unknown, name: unknown, member: string): Entry | undefined {
  const found = Array.isArray(list) ? list.find((one) => isEntry(one) && one.name === name) : undefined;
  const value: unknown = found?.[member];
  return isEntry(value) ? value : undefined;
}

function part(entry: Entry | undefined, name: string): Part | undefined {
  const data = entry?.[`${name}-data`];
  if (typeof data === 'string') return { text: Buffer.from(data, 'base64').toString('utf8') };
  const file = entry?.[name];
  return typeof file === 'string' ? { file } : undefined;
}

function tokenOf(user: Entry | undefined): Part | undefined {
  if (typeof user?.token === 'string') return { text: user.token };
  return typeof user?.tokenFile === 'string' ? { file: user.tokenFile } : undefined;
}
