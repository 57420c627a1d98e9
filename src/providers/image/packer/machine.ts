import { createHash } from 'node:crypto';
import type { ReadWorld, Result, World } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import {
  addressAt,
  deleteLink,
  ip,
  makeNamespace,
  mountsOf,
  overlaps,
  parseCidr,
  removeNamespace,
  routesOf,
} from '../../../tools/network/index.js';
import { type CgroupPlace, cgroupFacts, killRest, placeOf, removeGroups } from '../../../tools/nspawn/index.js';
import { soloDaemon } from '../../../tools/nspawn/solo.js';
import { inOrder } from './commands.js';
import { noAddress, noCgroups } from './errors.js';

/** A machine that lives for one step: a root, a private link to this host, and nothing else. */
export interface Throwaway {
  /** Daemon of this environment, e.g. `image-build`. */
  readonly daemon: string;
  readonly machine: string;
  /** Interface on this host; at most 15 characters. */
  readonly link: string;
  /** Where its network namespace is kept. */
  readonly namespace: string;
  readonly cgroup: CgroupPlace;
}

/** The two ends of its link. */
export interface Addresses {
  readonly host: string;
  readonly machine: string;
}

const idOf = (w: ReadWorld, purpose: string): string =>
  createHash('sha256').update(`${w.paths.state}\n${purpose}`).digest('hex').slice(0, 8);

/** Derives all names from the state folder: what a killed run left behind is found again. */
export async function throwaway(w: ReadWorld, purpose: 'build' | 'verify'): Promise<Result<Throwaway>> {
  const mounts = await mountsOf(w);
  if (!mounts.ok) return mounts;
  const facts = cgroupFacts(mounts.value, (await w.stat('/run/systemd/system'))?.kind === 'directory');
  if (facts === undefined) return err(noCgroups());
  const id = idOf(w, purpose);
  const machine = `strata-image-${id}`;
  return ok({
    daemon: `image-${purpose}`,
    machine,
    link: `si-${id}`,
    namespace: `${w.paths.state}/image/${purpose}/namespace`,
    cgroup: placeOf(facts, machine),
  });
}

/** Ends the machine and takes away its link, namespace and control groups; absent = success. */
export async function tearDown(w: World, { daemon, machine, link, namespace, cgroup }: Throwaway): Promise<Result<void>> {
  return inOrder(
    // The first signal lets systemd inside stop its services and write what it holds.
    () => w.end(daemon, { graceMs: 20_000 }),
    () => killRest(w, machine, cgroup),
    () => removeGroups(w, cgroup),
    () => deleteLink(w, link),
    () => removeNamespace(w, namespace),
  );
}

/** Makes the link and boots the root; what a former run left is taken away first. */
export async function boot(w: World, machine: Throwaway, root: string, containers: 'yes' | 'no'): Promise<Result<Addresses>> {
  const cleared = await tearDown(w, machine);
  if (!cleared.ok) return cleared;
  const addresses = await freeAddresses(w, machine.machine);
  if (!addresses.ok) return addresses;
  const linked = await makeLink(w, machine, addresses.value);
  if (!linked.ok) return linked;
  const started = await w.start(
    soloDaemon(machine.daemon, {
      machine: machine.machine,
      hostname: 'strata',
      root,
      namespace: machine.namespace,
      cgroup: machine.cgroup,
      containers,
    }),
  );
  return started.ok ? addresses : started;
}

/** A /30 of the range for measurements between devices, which nobody routes; the first free one from a place of its own. */
async function freeAddresses(w: ReadWorld, machine: string): Promise<Result<Addresses>> {
  const routes = await routesOf(w);
  if (!routes.ok) return routes;
  const taken = routes.value.flatMap(({ destination }) => parseCidr(destination) ?? []);
  const start = createHash('sha256').update(machine).digest().readUInt16BE(0);
  for (let n = 0; n < 64; n += 1) {
    const slot = (start + n) % 32_768;
    const range = parseCidr(`198.18.0.0/15`);
    const first = range === undefined ? undefined : addressAt(range, slot * 4);
    const own = first === undefined ? undefined : parseCidr(`${first}/30`);
    if (own === undefined || taken.some((other) => overlaps(own, other))) continue;
    const [host, guest] = [addressAt(own, 1), addressAt(own, 2)];
    if (host !== undefined && guest !== undefined) return ok({ host, machine: guest });
  }
  return err(noAddress());
}

/** Inside the namespace the interface has the name that nothing in the image configures. */
async function makeLink(w: World, { link, namespace }: Throwaway, { host, machine }: Addresses): Promise<Result<void>> {
  return inOrder(
    () => makeNamespace(w, namespace),
    () => ip(w, ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'host0', 'netns', namespace]),
    () => ip(w, ['address', 'add', `${host}/30`, 'dev', link]),
    () => ip(w, ['link', 'set', link, 'up']),
    () => ip(w, ['address', 'add', `${machine}/30`, 'dev', 'host0'], namespace),
    () => ip(w, ['link', 'set', 'host0', 'up'], namespace),
    () => ip(w, ['link', 'set', 'lo', 'up'], namespace),
  );
}
