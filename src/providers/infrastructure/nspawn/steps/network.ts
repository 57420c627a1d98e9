import type { Action, Change, ReadWorld, Result, World } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { deleteLink, ip, isMounted, linksOf, makeNamespace, removeNamespace } from '../../../../tools/network/index.js';
import { subnetChanged } from '../errors.js';
import { type HostNames, hostNames } from '../naming.js';

/** The machines' network: a bridge in a namespace of its own, one veth pair to the host. */
export interface NetworkWant {
  /** Address of the host on it. */
  readonly host: string;
  /** Address of the bridge: registry and git server listen there. */
  readonly support: string;
  readonly prefix: number;
}

/** The same, as found. */
export interface NetworkGot extends NetworkWant {
  /** What is not there; empty once it stands. */
  readonly missing: readonly string[];
}

const hostEnd = 'uplink';

/**
 * The bridge lies in a namespace because there the host's own packet filter (Docker's FORWARD policy, firewalld)
 * never sees the machines' traffic, and because all of it goes with one unmount.
 */
export const network: Action<NetworkWant, NetworkGot> = {
  async observe(want, w) {
    const missing = await missingParts(want, hostNames(w.paths.state), w);
    if (!missing.ok) return missing;
    const nothing = (await w.stat(`${w.paths.state}/net`)) === undefined && missing.value.includes('link');
    return ok(nothing ? undefined : { ...want, missing: missing.value });
  },
  diff: (_want, got): readonly Change[] => (got === undefined ? [{ what: 'network' }] : got.missing.map((what) => ({ what }))),
  async apply(want, _got, w) {
    const made = await make(want, hostNames(w.paths.state), w);
    return made.ok ? ok({ ...want, missing: [] }) : made;
  },
  async remove(_got, w) {
    const names = hostNames(w.paths.state);
    const link = await deleteLink(w, names.link);
    if (!link.ok) return link;
    const gone = await removeNamespace(w, names.namespace);
    return gone.ok ? w.remove(`${w.paths.state}/net`) : gone;
  },
};

async function missingParts(want: NetworkWant, names: HostNames, w: ReadWorld): Promise<Result<readonly string[]>> {
  const outside = await linksOf(w);
  if (!outside.ok) return outside;
  const link = outside.value.find(({ name }) => name === names.link);
  const missing =
    link === undefined ? ['link'] : link.up && link.addresses.includes(`${want.host}/${want.prefix}`) ? [] : ['host address'];
  const mounted = await isMounted(w, names.namespace, 'nsfs');
  if (!mounted.ok) return mounted;
  if (!mounted.value) return ok([...missing, 'namespace']);
  const inside = await linksOf(w, names.namespace);
  if (!inside.ok) return inside;
  const bridge = inside.value.find(({ name }) => name === names.bridge);
  if (bridge === undefined) missing.push('bridge');
  else if (!bridge.up || !bridge.addresses.includes(`${want.support}/${want.prefix}`)) missing.push('support address');
  if (!inside.value.some(({ name, master, up }) => name === hostEnd && master === names.bridge && up)) missing.push('uplink');
  return ok(missing);
}

/** Refuses to move a network whose machines were made with other addresses. */
async function standsElsewhere({ host, prefix }: NetworkWant, names: HostNames, w: ReadWorld): Promise<Result<void>> {
  const links = await linksOf(w);
  if (!links.ok) return links;
  const [other] =
    links.value.find(({ name }) => name === names.link)?.addresses.filter((address) => address !== `${host}/${prefix}`) ?? [];
  const machines = await w.list(`${w.paths.state}/machines`);
  return other === undefined || machines.length === 0 ? ok(undefined) : err(subnetChanged(other, `${host}/${prefix}`));
}

async function make(want: NetworkWant, names: HostNames, w: World): Promise<Result<void>> {
  const moved = await standsElsewhere(want, names, w);
  if (!moved.ok) return moved;
  const namespace = await makeNamespace(w, names.namespace);
  if (!namespace.ok) return namespace;
  const inside = await linksOf(w, names.namespace);
  if (!inside.ok) return inside;
  const outside = await linksOf(w);
  if (!outside.ok) return outside;
  for (const [args, where] of commands(
    want,
    names,
    new Set(inside.value.map(({ name }) => name)),
    outside.value.some(({ name }) => name === names.link),
  )) {
    const ran = await ip(w, args, where);
    if (!ran.ok) return ran;
  }
  return ok(undefined);
}

/** A bridge without an address of its own takes its lowest port's, which changes whenever a machine comes: for half a minute nobody would find it. */
function hardwareAddress(address: string): string {
  const octets = address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return ['02', '00', ...octets].join(':');
}

type IpCommand = readonly [args: readonly string[], namespace?: string];

/** `replace` and `set` may be repeated; only what cannot be is left out where it is there. */
function commands(
  { host, support, prefix }: NetworkWant,
  names: HostNames,
  inside: ReadonlySet<string>,
  linked: boolean,
): readonly IpCommand[] {
  const { namespace, bridge, link } = names;
  // A pair whose inner end is missing belongs to a namespace that is gone.
  const stale: readonly IpCommand[] = linked && !inside.has(hostEnd) ? [[['link', 'delete', link]]] : [];
  const pair: readonly IpCommand[] = inside.has(hostEnd)
    ? []
    : [[['link', 'add', link, 'type', 'veth', 'peer', 'name', hostEnd, 'netns', namespace]]];
  const bridged: readonly IpCommand[] = inside.has(bridge)
    ? []
    : [[['link', 'add', bridge, 'address', hardwareAddress(support), 'type', 'bridge'], namespace]];
  return [
    ...stale,
    [['link', 'set', 'lo', 'up'], namespace],
    ...bridged,
    ...pair,
    [['link', 'set', hostEnd, 'master', bridge, 'up'], namespace],
    [['address', 'replace', `${support}/${prefix}`, 'dev', bridge], namespace],
    [['link', 'set', bridge, 'up'], namespace],
    [['address', 'replace', `${host}/${prefix}`, 'dev', link]],
    [['link', 'set', link, 'up']],
  ];
}
