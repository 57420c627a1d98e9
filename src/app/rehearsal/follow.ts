import type { KubeObject, PlayedStatus, RehearsedProgram, RenderedDelivery, RenderedPackage } from '../../model/index.js';
import { field, listAt } from './fields.js';
import { keyOf, nameOf, type Objects, type Refusal } from './objects.js';
import { isAtWork, isWorkload, isWorkloadReady, type Progress, progressOf } from './readiness.js';
import { createInstaller, type Installer } from './releases.js';

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
  /** Hears of objects that were not taken, of packages that are installed in a controller's place. */
  refused?(refusals: readonly Refusal[]): void;
}

/** How a package's way ended. */
export interface Followed {
  readonly progress: Progress;
  readonly startedMs?: number;
  readonly readyMs?: number;
}

/** Every object that reports on a part of a delivery, by `namespace/name`. */
type Reports = ReadonlyMap<string, KubeObject>;

/** `applied`: how many objects the controller says it has applied. */
type State = Map<string, Followed & { readonly applied: number }>;

/**
 * Watches the packages of a delivery until each is ready, or until nothing has changed for a while: what is stuck here
 * would be stuck for as long as its timeout allows, and the time is better spent saying so.
 */
export async function follow(following: Following): Promise<ReadonlyMap<string, Followed>> {
  const { delivery, clock, signal, limits } = following;
  const state: State = new Map();
  const playing = play(following);
  const programs = start(following);
  const installer = installerOf(following);
  let changed = clock();
  let before = '';
  const end = clock() + limits.totalMs;
  while (!signal.aborted && clock() < end) {
    await programs();
    await playing();
    const { busy } = await installer.round();
    const reports = await readReports(following);
    const now = `${look(following, reports, state)} ${await countReadyPods(following.api)}`;
    if (delivery.packages.every((one) => state.get(one.name)?.progress.state === 'ready')) break;
    if (now !== before || busy) changed = clock();
    before = now;
    // Parts of packages that nobody waits for by name are reported on as well.
    const patience = [...reports.values()].some(isAtWork) ? limits.quietMs * 3 : limits.quietMs;
    if (clock() - changed > patience && isSettled(delivery, state)) break;
    await following.pause(250);
  }
  await installer.end();
  return state;
}

const installerOf = ({ api, delivery, note, pause, signal, limits, refused }: Following): Installer =>
  createInstaller({
    api,
    packages: delivery.packages,
    refused: (refusals) => refused?.(refusals),
    note,
    pause,
    signal,
    stageMs: limits.quietMs,
  });

/** Watches the objects of one package that no controller reports on, until its workloads have their pods. */
export async function followObjects(
  { api, start: begin, clock, pause, signal, limits, note }: Following,
  one: RenderedPackage,
  { startedMs, refused }: { readonly startedMs: number; readonly refused: number },
): Promise<Followed> {
  for (const program of one.programs) await begin(program);
  if (refused > 0) return { progress: failed(`${refused} of its objects were not taken`), startedMs };
  const end = clock() + limits.quietMs;
  let missing: readonly string[] = [];
  do {
    missing = await notYetReady(api, one);
    if (missing.length === 0) {
      note(`${one.name} is ready`);
      return { progress: { state: 'ready' }, startedMs, readyMs: clock() };
    }
    await pause(250);
  } while (clock() < end && !signal.aborted);
  return { progress: failed(`without all their pods: ${missing.join(', ')}`), startedMs };
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

/** What is new, as a text that changes with it. */
function look({ delivery, clock, note }: Following, reports: Reports, state: State): string {
  for (const one of delivery.packages) {
    const key = delivery.reports?.(one.name);
    const report = key === undefined ? undefined : reports.get(`${key.namespace}/${key.name}`);
    const known = state.get(one.name);
    if (known?.progress.state === 'ready') continue;
    const progress = lasting(progressOf(report), known?.progress);
    const begun = known?.startedMs ?? (hasBegun(progress) ? clock() : undefined);
    const isReady = progress.state === 'ready';
    state.set(one.name, {
      progress,
      ...(begun === undefined ? {} : { startedMs: begun }),
      ...(isReady ? { readyMs: clock() } : {}),
      applied: listAt(report, 'status', 'inventory', 'entries').length,
    });
    if (isReady) note(`${one.name} is ready`);
  }
  return [...state].map(([name, one]) => `${name}:${one.progress.state}:${one.applied}`).join(' ');
}

/** A verdict stands while the controller tries again: trying is no news. */
function lasting(now: Progress, before: Progress | undefined): Progress {
  const isTrying = now.state === 'waiting' && !now.settled;
  return isTrying && before?.state === 'waiting' && before.settled ? before : now;
}

const hasBegun = (progress: Progress): boolean =>
  progress.state === 'ready' || !['NotReported', 'DependencyNotReady', ''].includes(progress.reason);

/** One list for all of them: the reports of a delivery are of one kind. */
async function readReports({ api, delivery }: Following): Promise<Reports> {
  const [first] = delivery.packages;
  const kind = first === undefined ? undefined : delivery.reports?.(first.name);
  const listed = kind === undefined ? undefined : await api.list(kind);
  const objects = listed?.ok === true ? listed.value : [];
  return new Map(objects.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]));
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
