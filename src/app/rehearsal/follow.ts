import type { KubeObject, PlayedStatus, RehearsedProgram, RenderedDelivery, RenderedPackage } from '../../model/index.js';
import { field, listAt } from './fields.js';
import { keyOf, nameOf, type Objects } from './objects.js';
import { isAtWork, isWorkload, isWorkloadReady, type Progress, progressOf } from './readiness.js';

/** What is followed, and how. */
export interface Following {
  readonly api: Objects;
  readonly delivery: RenderedDelivery;
  /** Starts the program of a workload that has appeared. */
  start(program: RehearsedProgram): Promise<void>;
  note(text: string): void;
  /** Milliseconds since the rehearsal began. */
  clock(): number;
  pause(ms: number): Promise<void>;
  readonly signal: AbortSignal;
  readonly limits: { readonly quietMs: number; readonly totalMs: number };
}

/** How a package's way ended. */
export interface Followed {
  readonly progress: Progress;
  readonly startedMs?: number;
  readonly readyMs?: number;
  readonly report?: KubeObject;
  /** Objects that the API server took. */
  readonly applied?: number;
}

type State = Map<string, Followed>;

/**
 * Watches the packages of a delivery until each is ready, or until nothing has changed for a while: what is stuck here
 * would be stuck for as long as its timeout allows, and the time is better spent saying so.
 */
export async function follow(following: Following): Promise<ReadonlyMap<string, Followed>> {
  const { delivery, clock, signal, limits } = following;
  const state: State = new Map();
  const playing = play(following);
  const programs = start(following);
  let changed = clock();
  let before = '';
  const end = clock() + limits.totalMs;
  while (!signal.aborted && clock() < end) {
    await programs();
    await playing();
    const now = `${await look(following, state)} ${await countReadyPods(following.api)}`;
    if (delivery.packages.every((one) => state.get(one.name)?.progress.state === 'ready')) break;
    if (now !== before) changed = clock();
    before = now;
    const patience = (await someAtWork(following)) ? limits.quietMs * 3 : limits.quietMs;
    if (clock() - changed > patience && isSettled(delivery, state)) break;
    await following.pause(250);
  }
  return state;
}

/** Watches the objects of one package that no controller reports on, until its workloads have their pods. */
export async function followObjects(
  { api, start: begin, clock, pause, signal, limits, note }: Following,
  one: RenderedPackage,
  { startedMs, refused }: { readonly startedMs: number; readonly refused: number },
): Promise<Followed> {
  for (const program of one.programs) await begin(program);
  const applied = one.objects.length - refused;
  if (refused > 0) return { progress: failed(`${refused} of its objects were not taken`), startedMs, applied };
  const end = clock() + limits.quietMs;
  let missing: readonly string[] = [];
  do {
    missing = await notYetReady(api, one);
    if (missing.length === 0) {
      note(`${one.name} is ready`);
      return { progress: { state: 'ready' }, startedMs, readyMs: clock(), applied };
    }
    await pause(250);
  } while (clock() < end && !signal.aborted);
  return { progress: failed(`without all their pods: ${missing.join(', ')}`), startedMs, applied };
}

const failed = (message: string): Progress => ({ state: 'waiting', reason: 'NotReady', message, settled: true });

/** Workloads of a package that lack pods. */
async function notYetReady(api: Objects, one: RenderedPackage): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const { object } of one.objects.filter((each) => isWorkload(each.object))) {
    const key = keyOf(object);
    const namespace = key.namespace ?? one.namespace;
    const live = await api.get({ ...key, ...(namespace === undefined ? {} : { namespace }) });
    if (!live.ok || live.value === undefined || !isWorkloadReady(live.value)) missing.push(nameOf(key));
  }
  return missing;
}

/** Every package that is not ready waits for another one, or for something its controller has already given a verdict on. */
function isSettled({ packages }: RenderedDelivery, state: State): boolean {
  return packages.every((one) => {
    const progress = state.get(one.name)?.progress;
    return progress !== undefined && (progress.state === 'ready' || progress.reason !== '');
  });
}

async function look({ api, delivery, clock, note }: Following, state: State): Promise<string> {
  const reports = await readReports(api, delivery);
  for (const one of delivery.packages) {
    const report = reports.get(one.name);
    const known = state.get(one.name);
    if (known?.progress.state === 'ready') continue;
    const progress = lasting(progressOf(report), known?.progress);
    const begun = known?.startedMs ?? (hasBegun(progress) ? clock() : undefined);
    const isReady = progress.state === 'ready';
    state.set(one.name, {
      progress,
      ...(begun === undefined ? {} : { startedMs: begun }),
      ...(isReady ? { readyMs: clock() } : {}),
      ...(report === undefined ? {} : { report, applied: listAt(report, 'status', 'inventory', 'entries').length }),
    });
    if (isReady) note(`${one.name} is ready`);
  }
  return [...state].map(([name, one]) => `${name}:${one.progress.state}:${one.applied ?? 0}`).join(' ');
}

/** A verdict stands while the controller tries again: trying is no news. */
function lasting(now: Progress, before: Progress | undefined): Progress {
  const isTrying = now.state === 'waiting' && !now.settled;
  return isTrying && before?.state === 'waiting' && before.settled ? before : now;
}

const hasBegun = (progress: Progress): boolean =>
  progress.state === 'ready' || !['NotReported', 'DependencyNotReady', ''].includes(progress.reason);

/** The reporting objects of a delivery, by package; one list per kind. */
async function readReports(api: Objects, delivery: RenderedDelivery): Promise<ReadonlyMap<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  const [first] = delivery.packages;
  const kind = first === undefined ? undefined : delivery.reports?.(first.name);
  if (kind === undefined) return found;
  const listed = await api.list(kind);
  const objects = new Map(listed.ok ? listed.value.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]) : []);
  for (const { name } of delivery.packages) {
    const key = delivery.reports?.(name);
    const object = key === undefined ? undefined : objects.get(`${key.namespace}/${key.name}`);
    if (object !== undefined) found.set(name, object);
  }
  return found;
}

/** Parts of packages that nobody waits for by name are reported on as well. */
async function someAtWork({ api, delivery }: Following): Promise<boolean> {
  const [first] = delivery.packages;
  const kind = first === undefined ? undefined : delivery.reports?.(first.name);
  const listed = kind === undefined ? undefined : await api.list(kind);
  return listed?.ok === true && listed.value.some(isAtWork);
}

async function countReadyPods(api: Objects): Promise<number> {
  const pods = await api.list({ apiVersion: 'v1', kind: 'Pod' });
  return pods.ok ? pods.value.filter((pod) => field(pod, 'status', 'phase') === 'Running').length : 0;
}

/** Programs begin when the workload they stand for is in the cluster: before, their kinds and secrets are not there. */
function start({ api, delivery, start: begin }: Following): () => Promise<void> {
  const waiting = new Set(delivery.packages.flatMap((one: RenderedPackage) => one.programs));
  return async () => {
    for (const program of waiting) {
      const [kind = '', namespace = '', name = ''] = program.for.split('/');
      const there = await api.get({ apiVersion: 'apps/v1', kind, namespace, name });
      if (!there.ok || there.value === undefined) continue;
      waiting.delete(program);
      await begin(program);
    }
  };
}

/** Writes the statuses that controllers which do not run here would write. */
function play({ api, delivery }: Following): () => Promise<void> {
  const plays = delivery.packages.flatMap((one) => one.plays);
  return async () => {
    for (const one of plays) await playOne(api, one);
  };
}

/** Written again where somebody else's word has come in between. */
async function playOne(api: Objects, play: PlayedStatus): Promise<void> {
  const objects = await api.list(play);
  if (!objects.ok) return;
  for (const object of objects.value) {
    const status = field(object, 'status');
    if (play.after === 'report' && status === undefined) continue;
    const { annotations = {} } = play;
    if (!holds(object.metadata.annotations ?? {}, annotations)) await api.patch(keyOf(object), { metadata: { annotations } });
    if (!holds(status, play.status)) await api.applyStatus(keyOf(object), play.status);
  }
}

/** True where everything of `part` is in `whole`; lists have to be as long. */
function holds(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    const list: readonly unknown[] = Array.isArray(whole) ? whole : [];
    return list.length === part.length && part.every((one, i) => holds(list[i], one));
  }
  if (typeof part !== 'object' || part === null) return whole === part;
  return Object.entries(part).every(([key, value]) => holds(field(whole, key), value));
}
