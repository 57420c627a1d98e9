import { serveFile } from '../../host/index.js';
import type { Archive, Installation, Json, KubeObject, RenderedPackage, ServedTree } from '../../model/index.js';
import { applyPackage } from './apply.js';
import { field } from './fields.js';
import { keyOf, nameOf, type Objects, type Refusal } from './objects.js';
import { isWorkload, isWorkloadReady } from './readiness.js';

/** What installing in a controller's place needs. */
export interface Installing {
  readonly api: Objects;
  readonly packages: readonly RenderedPackage[];
  /** Hears of each object that the API server did not take. */
  refused(refusals: readonly Refusal[]): void;
  note(text: string): void;
  pause(ms: number): Promise<void>;
  readonly signal: AbortSignal;
  /** How long the workloads of one stage may take. */
  readonly stageMs: number;
}

/** Installs what has been asked for so far; tells whether something is still under way. */
export interface Installer {
  round(): Promise<{ readonly busy: boolean }>;
  end(): Promise<void>;
}

type Released = RenderedPackage & { readonly installation: Installation };

const isReleased = (one: RenderedPackage): one is Released => one.installation !== undefined;

/**
 * Stands in for a controller that cannot run here. As soon as the real delivering controller has applied a release, which
 * its kind's schema has checked, what it installs is given to the API server, and the word of the controller is played:
 * whoever waits for the release goes on, or hears that it failed.
 */
export function createInstaller(installing: Installing): Installer {
  const waiting = new Set(installing.packages.filter(isReleased));
  const going = new Set<Promise<void>>();
  return {
    async round() {
      for (const one of waiting) {
        const there = await installing.api.get(one.installation.reports);
        if (!there.ok || there.value === undefined) continue;
        waiting.delete(one);
        const work = install(installing, one).finally(() => going.delete(work));
        going.add(work);
      }
      return { busy: going.size > 0 };
    },
    async end() {
      await Promise.all(going);
    },
  };
}

async function install(installing: Installing, one: Released): Promise<void> {
  const { api, note, refused, pause } = installing;
  const { installation } = one;
  const told = installation.objects.filter(({ object }) => object.apiVersion.includes('/'));
  for (const { object } of told)
    if (!isSame(object, installation.reports)) await report(api, object, ready('Succeeded', 'played'));
  const release = told.find(({ object }) => isSame(object, installation.reports))?.object;
  const there = new Set(installation.objects.map(({ object }) => nameOf(keyOf(object))));
  const own = one.objects.filter(({ object }) => !there.has(nameOf(keyOf(object))));
  let late = '';
  for (const stage of [...new Set(own.map((each) => each.stage))].sort((a, b) => a - b)) {
    const part = { ...one, objects: own.filter((each) => each.stage === stage) };
    const refusals = await applyPackage(api, part, pause);
    refused(refusals);
    late = refusals.length > 0 ? `${refusals.length} of its objects were not taken` : await waitReady(installing, part);
    if (late !== '') break;
  }
  const status = late === '' ? ready('InstallSucceeded', `played: ${installation.controller} did not run`) : stalled(late);
  if (release !== undefined) await report(api, release, status);
  note(late === '' ? `${one.name} was installed in the place of ${installation.controller}` : `${one.name}: ${late}`);
}

const isSame = ({ apiVersion, kind, metadata }: KubeObject, key: Installation['reports']): boolean =>
  apiVersion === key.apiVersion && kind === key.kind && metadata.name === key.name;

/** Workloads of a stage that lack pods when its time is up; empty where none does. */
async function waitReady({ api, pause, signal, stageMs }: Installing, part: RenderedPackage): Promise<string> {
  const end = Date.now() + stageMs;
  for (;;) {
    const missing: string[] = [];
    for (const { object } of part.objects.filter((each) => isWorkload(each.object))) {
      const key = { ...keyOf(object), namespace: object.metadata.namespace ?? part.namespace ?? 'default' };
      const live = await api.get(key);
      if (!live.ok || live.value === undefined || !isWorkloadReady(live.value)) missing.push(nameOf(key));
    }
    if (missing.length === 0) return '';
    if (signal.aborted || Date.now() > end) return `without all their pods: ${missing.join(', ')}`;
    await pause(250);
  }
}

type Conditions = readonly {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}[];

const ready = (reason: string, message: string): Conditions => [{ type: 'Ready', status: 'True', reason, message }];

/** What is stalled counts as failed at once: who waits for it need not wait until time is up. */
const stalled = (message: string): Conditions => [
  { type: 'Ready', status: 'False', reason: 'InstallFailed', message },
  { type: 'Stalled', status: 'True', reason: 'InstallFailed', message },
];

/** Writes conditions as its controller would, for the object as it is now. */
async function report(api: Objects, object: KubeObject, conditions: Conditions): Promise<void> {
  const key = keyOf(object);
  const live = await api.get(key);
  if (!live.ok || live.value === undefined) return;
  const generation = field(live.value, 'metadata', 'generation');
  if (typeof generation !== 'number') return;
  const lastTransitionTime = `${new Date().toISOString().slice(0, 19)}Z`;
  const status: Json = {
    observedGeneration: generation,
    conditions: conditions.map((one) => ({ ...one, observedGeneration: generation, lastTransitionTime })),
  };
  await api.applyStatus(key, status);
}

/** Archives of a delivery, served on loopback until they are closed. */
export async function serveArchives(packages: readonly RenderedPackage[]): Promise<{
  readonly archives: ReadonlyMap<string, ServedTree>;
  close(): Promise<void>;
}> {
  const archives = new Map<string, ServedTree>();
  const closing: (() => Promise<void>)[] = [];
  const all: readonly Archive[] = packages.flatMap((one) => one.installation?.archive ?? []);
  for (const { name, file, digest, size } of all) {
    const listener = await serveFile(file);
    closing.push(() => listener.close());
    archives.set(name, {
      url: `http://127.0.0.1:${listener.port}/${name}.tgz`,
      digest,
      size,
      revision: `rehearsal@${digest}`,
    });
  }
  return {
    archives,
    async close() {
      for (const close of closing) await close();
    },
  };
}
