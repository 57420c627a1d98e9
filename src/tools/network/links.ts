import type { Command, ReadWorld, Result, World } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { networkFailed, notJson } from './errors.js';
import { inNamespace } from './namespace.js';

/** A network interface. */
export interface Link {
  readonly name: string;
  /** `a.b.c.d/n`, IPv4 only. */
  readonly addresses: readonly string[];
  /** Interface it is a port of. */
  readonly master: string | undefined;
  readonly up: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

async function ipJson(
  w: ReadWorld,
  what: string,
  args: readonly string[],
  namespace?: string,
): Promise<Result<readonly Record<string, unknown>[]>> {
  const command: Command = { tool: 'ip', args: ['-j', ...args] };
  const ran = await w.query(namespace === undefined ? command : inNamespace(namespace, command));
  if (!ran.ok) return ran;
  if (ran.value.code !== 0) return err(networkFailed(what, ran.value));
  try {
    const parsed: unknown = JSON.parse(ran.value.stdout.trim() || '[]');
    return ok(Array.isArray(parsed) ? parsed.filter(isRecord) : []);
  } catch {
    return err(notJson(what));
  }
}

/** Interfaces of the host, or of a namespace. */
export async function linksOf(w: ReadWorld, namespace?: string): Promise<Result<readonly Link[]>> {
  const found = await ipJson(w, 'listing interfaces', ['address', 'show'], namespace);
  return found.ok ? ok(found.value.flatMap(parseLink)) : found;
}

function parseLink(raw: Record<string, unknown>): readonly Link[] {
  const name = text(raw.ifname);
  if (name === undefined) return [];
  const infos = Array.isArray(raw.addr_info) ? raw.addr_info.filter(isRecord) : [];
  const addresses = infos
    .filter((info) => info.family === 'inet')
    .map((info) => `${text(info.local) ?? ''}/${String(info.prefixlen)}`);
  const flags: readonly unknown[] = Array.isArray(raw.flags) ? raw.flags : [];
  return [{ name, addresses, master: text(raw.master), up: flags.includes('UP') }];
}

/** A route of the host: its range and the interface it leads to. */
export interface Route {
  readonly destination: string;
  readonly device: string;
}

/** IPv4 routes of the host, without the default route. */
export async function routesOf(w: ReadWorld): Promise<Result<readonly Route[]>> {
  const found = await ipJson(w, 'listing routes', ['-4', 'route', 'show']);
  if (!found.ok) return found;
  return ok(
    found.value.flatMap((raw) => {
      const destination = text(raw.dst);
      return destination === undefined || destination === 'default' ? [] : [{ destination, device: text(raw.dev) ?? '' }];
    }),
  );
}

/** Runs `ip` with arguments that change something, on the host or in a namespace. */
export async function ip(w: World, args: readonly string[], namespace?: string): Promise<Result<void>> {
  const command: Command = { tool: 'ip', args };
  const ran = await w.change(namespace === undefined ? command : inNamespace(namespace, command));
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(networkFailed(`ip ${args.join(' ')}`, ran.value));
}

/** Deletes an interface of the host; absent = success. */
export async function deleteLink(w: World, name: string): Promise<Result<void>> {
  const links = await linksOf(w);
  if (!links.ok) return links;
  return links.value.some((link) => link.name === name) ? ip(w, ['link', 'delete', name]) : ok(undefined);
}
