import type { Clock, RehearseWatch } from './clock.js';
import { join } from 'node:path';
import type {
  Diagnostic,
  PlannedMachine,
  RehearsalCheck,
  RenderedDelivery,
  RenderedPackage,
  Result,
  Spec,
  Told,
} from '../../model/index.js';
import { ok } from '../../model/index.js';
import { type SimulatedCluster, startCluster } from '../../rehearsal/index.js';
import { ownWorld } from '../held.js';
import { quietReader, type Site } from '../site.js';
import { refusedAgain } from './admission.js';
import { applyPackage } from './apply.js';
import { checksOf } from './checks.js';
import { packagesOf, type RenderedSpec } from './deliveries.js';
import { programFailed } from './errors.js';
import { type Live, notReady, refusedObjects, refusedPods, unschedulable } from './findings.js';
import { follow, followObjects, type Followed } from './follow.js';
import { keyOf, type Refusal } from './objects.js';
import { serveArchives } from './releases.js';
import { countTaken } from './taken.js';

/** What a rehearsal on a simulated cluster saw. */
export interface Played {
  readonly kubernetes: string;
  readonly warm: boolean;
  readonly machines: readonly PlannedMachine[];
  readonly followed: ReadonlyMap<string, Followed>;
  readonly live: Live;
  /** Objects seen in the cluster at the end, by package. */
  readonly taken: ReadonlyMap<string, number>;
  /** Programs that ran when it ended. */
  readonly running: readonly string[];
  readonly checks: readonly RehearsalCheck[];
  readonly problems: readonly Diagnostic[];
  readonly notProven: readonly string[];
}

/** All that is needed to play a definition through. */
export interface PlayRequest {
  readonly site: Site;
  readonly spec: Spec;
  readonly rendered: RenderedSpec;
  readonly kubernetes: string;
  readonly machines: readonly PlannedMachine[];
  readonly folder: string;
  readonly cold: boolean;
  readonly clock: Clock;
  readonly watch: RehearseWatch;
}

/** Nothing new for this long, and every controller has given its verdict: what is stuck stays stuck. */
const limits = { quietMs: 12_000, totalMs: 10 * 60_000 };

/** Raises a cluster, brings everything in, watches, reads off what came of it, and takes the cluster down again. */
export async function playThrough(request: PlayRequest): Promise<Result<Played>> {
  const { site, watch, machines, folder, cold, clock } = request;
  const key = `${request.kubernetes}-1`;
  const seed = cold ? undefined : join(site.paths.cache, 'rehearsal', key);
  const started = await clock.phase('control plane', () =>
    startCluster({
      folder,
      seed,
      machines,
      services: servicesOf(request.rendered),
      signal: watch.signal,
      locate: (tool) => quietReader(site.host).locate(tool),
    }),
  );
  if (!started.ok) return started;
  const cluster = started.value;
  try {
    watch.note(`control plane ${cluster.warm ? 'kept from before' : 'made anew'}; ${machines.length} machines played`);
    return await playOn(cluster, request);
  } finally {
    await clock.phase('end', () => cluster.stop());
  }
}

/** Services that programs of packages stand behind. */
const servicesOf = (rendered: RenderedSpec): ReadonlySet<string> =>
  new Set(
    packagesOf(rendered).flatMap(({ one }) => one.programs.flatMap(({ serves = [] }) => serves.map((each) => each.service))),
  );

interface Story {
  readonly followed: Map<string, Followed>;
  readonly refusals: Refusal[];
}

async function playOn(cluster: SimulatedCluster, request: PlayRequest): Promise<Result<Played>> {
  const { rendered, clock, machines } = request;
  const story: Story = { followed: new Map(), refusals: [] };
  for (const { component, delivery } of rendered.components) {
    const done = await clock.phase(component.layer, () => bring(cluster, delivery, request, story));
    if (!done.ok) return done;
  }
  const live = await readLive(cluster);
  const packages = rendered.components.flatMap(({ delivery }) => [...delivery.bootstrap, ...delivery.packages]);
  const taken = await countTaken(cluster.api, packages);
  const failed = await cluster.failed();
  const atOnce = refusedPods(live, packages);
  const later = await refusedAgain(packages, cluster.api.admits);
  const refused = [...atOnce, ...later.filter((one) => !atOnce.some((known) => isSamePlace(known, one)))];
  const objects = refusedObjects(story.refusals, packages);
  const pods = [...refused, ...unschedulable(live, packages)];
  const problems = [
    ...objects,
    ...notReady(story.followed, packages, [...objects, ...pods]),
    ...pods,
    ...[...failed].map(([tool, why]) => programFailed(tool, why)),
  ];
  const seen = { followed: story.followed, live, packages, problems, silenced: cluster.silenced(), running: cluster.running() };
  return ok({
    kubernetes: request.kubernetes,
    warm: cluster.warm,
    machines,
    followed: story.followed,
    live,
    taken,
    running: cluster.running(),
    problems,
    ...checksOf(seen),
  });
}

/** One refusal of a workload is enough. */
const isSamePlace = (a: Diagnostic, b: Diagnostic): boolean => JSON.stringify(a.where) === JSON.stringify(b.where);

async function bring(
  cluster: SimulatedCluster,
  delivery: RenderedDelivery,
  { site, watch, clock }: PlayRequest,
  { followed, refusals }: Story,
): Promise<Result<void>> {
  const { api } = cluster;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const following = {
    api,
    delivery,
    note: watch.note,
    clock: clock.now,
    pause,
    signal: watch.signal,
    limits,
    start: startOn(cluster, watch),
  };
  const own: readonly RenderedPackage[] =
    delivery.reports === undefined ? [...delivery.bootstrap, ...delivery.packages] : delivery.bootstrap;
  for (const one of own) {
    const startedMs = clock.now();
    const refused = await applyPackage(api, one, pause);
    refusals.push(...refused);
    followed.set(one.name, await followObjects(following, one, { startedMs, refused: refused.length }));
  }
  if (delivery.reports === undefined) return ok(undefined);
  const tree = await cluster.serve(delivery.files, ownWorld(site));
  if (!tree.ok) return tree;
  const served = await serveArchives(delivery.packages);
  try {
    const told = await tellAll(api, delivery.tell(tree.value, new Date(), served.archives));
    if (!told.ok) return told;
    for (const [name, one] of await follow({ ...following, refused: (more) => refusals.push(...more) })) followed.set(name, one);
    return ok(undefined);
  } finally {
    await served.close();
  }
}

async function tellAll(api: SimulatedCluster['api'], all: readonly Told[]): Promise<Result<void>> {
  for (const { object, status } of all) {
    const told = await api.apply(object);
    if (!told.ok) return told;
    if (status === undefined) continue;
    const written = await api.applyStatus(keyOf(object), status);
    if (!written.ok) return written;
  }
  return ok(undefined);
}

const startOn =
  (cluster: SimulatedCluster, watch: RehearseWatch) =>
  async (program: RenderedPackage['programs'][number]): Promise<void> => {
    watch.note(`running ${program.tool} for ${program.for}`);
    const started = await cluster.run(program);
    if (!started.ok) watch.note(started.error.diagnostic.message);
  };

async function readLive({ api }: SimulatedCluster): Promise<Live> {
  const read = async (kind: string) => {
    const listed = await api.list({ apiVersion: 'v1', kind });
    return listed.ok ? listed.value : [];
  };
  const [pods, nodes, events, claims] = await Promise.all(['Pod', 'Node', 'Event', 'PersistentVolumeClaim'].map(read));
  return { pods: pods ?? [], nodes: nodes ?? [], events: events ?? [], claims: claims ?? [] };
}
