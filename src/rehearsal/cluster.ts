import { acquireLock, type Child, openTunnel, removeScratch } from '../host/index.js';
import {
  err,
  failure,
  type KubeObject,
  ok,
  type PlannedMachine,
  type RehearsalPhase,
  type RehearsedProgram,
  type Result,
  type ServedTree,
  type World,
} from '../model/index.js';
import type { KubeApi } from './api.js';
import { tunnelName } from './arguments.js';
import { type ControlPlaneOptions, startControllers, startControlPlane } from './control-plane.js';
import { nodeOf, storageClass } from './machines.js';
import { createPlay } from './play.js';
import { createPrograms } from './programs.js';
import { serveFiles } from './tree.js';
import { type Silenced, silenceWebhooks } from './webhooks.js';

/** What a simulated cluster is made of. */
export interface ClusterOptions extends ControlPlaneOptions {
  readonly machines: readonly PlannedMachine[];
  /** Services (`namespace/name`) that programs will stand behind, as soon as they run; webhooks of others are silenced. */
  readonly services?: ReadonlySet<string>;
}

/** A cluster whose API, controllers and admission are real, and whose machines and pods are played. */
export interface SimulatedCluster {
  readonly api: KubeApi;
  readonly warm: boolean;
  readonly phases: readonly RehearsalPhase[];
  /** Serves files as one archive on loopback. */
  serve(files: ReadonlyMap<string, string>, w: World): Promise<Result<ServedTree>>;
  /** Runs a program in place of a workload's pods. */
  run(program: RehearsedProgram): Promise<Result<void>>;
  running(): readonly string[];
  /** Last words of programs that have ended, by name. */
  failed(): Promise<ReadonlyMap<string, string>>;
  /** Webhooks that nobody here could answer. */
  silenced(): readonly Silenced[];
  /** Ends every program and takes the scratch folder away. */
  stop(): Promise<void>;
}

/** Milliseconds between two rounds of what is played. */
const beatMs = 250;

/** Starts a cluster; whatever fails, nothing of it stays behind. */
export async function startCluster(options: ClusterOptions): Promise<Result<SimulatedCluster>> {
  // The scratch folder is one rehearsal's alone: a second one would take it away from under the first.
  const lock = await acquireLock(`${options.folder}.lock`, 'strata rehearse');
  if (!lock.ok) return lock;
  const children: Child[] = [];
  const closing: (() => Promise<void>)[] = [];
  // May be called again: each time it ends what there is by then.
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
    await Promise.all(children.splice(0).map((child) => child.end()));
    await removeScratch(options.folder);
    await lock.value.release();
  };
  options.signal.addEventListener('abort', () => void stop(), { once: true });
  const started = await raise(options, children, closing);
  if (!started.ok || options.signal.aborted) await stop();
  return started.ok ? ok({ ...started.value, stop }) : started;
}

async function raise(
  options: ClusterOptions,
  children: Child[],
  closing: (() => Promise<void>)[],
): Promise<Result<Omit<SimulatedCluster, 'stop'>>> {
  const phases: RehearsalPhase[] = [];
  const begun = performance.now();
  const mark = (name: string, startMs: number): number => {
    const endMs = Math.round(performance.now() - begun);
    phases.push({ name, startMs, endMs });
    return endMs;
  };
  const plane = await startControlPlane(options, children);
  if (!plane.ok) return plane;
  const { api, places, warm, connection } = plane.value;
  closing.push(async () => connection.close());
  const apiUp = mark('API server', 0);
  const programs = createPrograms(options, api, places.kubeconfig);
  closing.push(() => programs.end());
  const tunnel = await openTunnel(options.folder, tunnelName, (host, port) => findRoute(api, { host, port }, programs.portOf));
  closing.push(() => tunnel.close());
  const controllers = await startControllers(options, plane.value);
  if (!controllers.ok) return controllers;
  const silenced = new Map<string, Silenced>();
  closing.push(beat(api, programs));
  closing.push(await silenceWebhooks(api, options.services ?? new Set(), silenced));
  const ready = await addMachines(api, options);
  if (!ready.ok) return ready;
  mark('machines', apiUp);
  return ok({
    api,
    warm,
    phases,
    run: (program) => programs.start(program),
    running: () => programs.running(),
    failed: () => programs.failed(),
    silenced: () => [...silenced.values()],
    async serve(files, w) {
      const served = await serveFiles(options.folder, files, w);
      if (served.ok) closing.push(() => served.value.listener.close());
      return served.ok ? ok(served.value.tree) : served;
    },
  });
}

/** Plays and mounts in turn until it is closed. */
function beat(api: KubeApi, programs: ReturnType<typeof createPrograms>): () => Promise<void> {
  const play = createPlay(api);
  let going = true;
  const run = (async () => {
    while (going) {
      await programs.round();
      await play.round();
      await new Promise((resolve) => setTimeout(resolve, beatMs));
    }
  })();
  return async () => {
    going = false;
    await run;
  };
}

/** The program behind a Service's address. */
async function findRoute(
  api: KubeApi,
  { host, port }: { readonly host: string; readonly port: number },
  portOf: (address: string) => number | undefined,
): Promise<number | undefined> {
  const services = await api.list({ apiVersion: 'v1', kind: 'Service' });
  const found = services.ok ? services.value.find(({ spec }) => addressOf(spec) === host) : undefined;
  return found === undefined ? undefined : portOf(`${found.metadata.namespace}/${found.metadata.name}:${port}`);
}

const addressOf = (spec: unknown): unknown =>
  typeof spec === 'object' && spec !== null && 'clusterIP' in spec ? spec.clusterIP : undefined;

async function addMachines(api: KubeApi, { machines, signal }: ClusterOptions): Promise<Result<void>> {
  const made = await Promise.all([...machines.map(nodeOf), storageClass].map((object) => api.create(object)));
  const failed = made.find((one) => !one.ok);
  if (failed !== undefined && !failed.ok) return failed;
  const end = Date.now() + 30_000;
  while (Date.now() < end && !signal.aborted) {
    const nodes = await api.list({ apiVersion: 'v1', kind: 'Node' });
    if (nodes.ok && nodes.value.filter(isReady).length === machines.length) return ok(undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return err(
    failure('tool-failed', 'REHEARSAL-MACHINES', 'The simulated machines did not become ready.', {
      say: 'Rehearse again; where it stays so, make the control plane anew.',
      command: 'strata rehearse --cold',
    }),
  );
}

function isReady(node: KubeObject): boolean {
  const status = node.status as { conditions?: readonly { type: string; status: string }[] } | undefined;
  return status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
}
