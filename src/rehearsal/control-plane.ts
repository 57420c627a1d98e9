import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  type Child,
  type Connection,
  copyTree,
  freePorts,
  makeFolder,
  makePrivateFolder,
  openConnection,
  readText,
  startChild,
  statPath,
  writeAtomically,
} from '../host/index.js';
import { err, failure, ok, type Result } from '../model/index.js';
import { createKubeApi, type KubeApi } from './api.js';
import {
  apiServerArguments,
  controllerManagerArguments,
  egressText,
  etcdArguments,
  kubeconfigText,
  kwokArguments,
  type Places,
  schedulerArguments,
} from './arguments.js';

/** How the parts of a control plane are started. */
export interface ControlPlaneOptions {
  /** Scratch folder; everything that is written lies in it. */
  readonly folder: string;
  /** Where a bootstrapped control plane is kept for the next time; absent = neither taken nor kept. */
  readonly seed?: string | undefined;
  locate(tool: string): Promise<string | undefined>;
  readonly signal: AbortSignal;
}

/** A running control plane; its programs are our own children. */
export interface ControlPlane {
  readonly api: KubeApi;
  readonly places: Places;
  readonly warm: boolean;
  readonly children: Child[];
  readonly connection: Connection;
}

/** Starts etcd and the API server, from a kept bootstrap where there is one, and waits until they answer. */
export async function startControlPlane(options: ControlPlaneOptions, children: Child[]): Promise<Result<ControlPlane>> {
  const { folder, seed, signal } = options;
  if (seed !== undefined && (await isFresh(seed))) {
    const warm = await startIn(options, children, seed);
    if (warm.ok || signal.aborted) return warm;
    // A kept bootstrap that does not open is no reason to fail: it is made anew.
    await Promise.all(children.splice(0).map((child) => child.end()));
  }
  const cold = await startIn(options, children);
  if (cold.ok && seed !== undefined) await keep(folder, seed, children);
  return cold;
}

async function startIn(options: ControlPlaneOptions, children: Child[], seed?: string): Promise<Result<ControlPlane>> {
  const made = await makePrivateFolder(options.folder);
  if (!made.ok) return made;
  const copied = seed === undefined ? ok(undefined) : await copyTree(seed, seedOf(options.folder));
  if (!copied.ok) return copied;
  const prepared = await prepare(options.folder);
  if (!prepared.ok) return prepared;
  const started = await startStore(options, prepared.value, children);
  return started.ok ? ok({ ...started.value, warm: seed !== undefined }) : started;
}

const seedOf = (folder: string): string => join(folder, 'seed');

/** The API server's own certificate is kept along and is good for a year. */
const freshMs = 90 * 24 * 3_600_000;

async function isFresh(seed: string): Promise<boolean> {
  const mark = await statPath(join(seed, 'complete'));
  return mark !== undefined && Date.now() - mark.modifiedMs < freshMs;
}

/**
 * Keeps the bootstrap for the next time. The store stands still meanwhile: a copy of one that is being written to might
 * not open again. Where it cannot be kept, the next start is cold as well, and nothing else.
 */
async function keep(folder: string, seed: string, children: readonly Child[]): Promise<void> {
  const copy = async (): Promise<Result<void>> => {
    const marked = await writeAtomically(join(seedOf(folder), 'complete'), '\n');
    return marked.ok ? copyTree(seedOf(folder), seed) : marked;
  };
  await children.find(({ name }) => name === 'etcd')?.frozen(copy);
}

interface Prepared {
  readonly places: Places;
  readonly token: string;
}

async function prepare(folder: string): Promise<Result<Prepared>> {
  const [etcdPort = 0, etcdPeerPort = 0, apiPort = 0] = await freePorts(3);
  const places: Places = {
    folder: seedOf(folder),
    etcdPort,
    etcdPeerPort,
    apiPort,
    kubeconfig: join(folder, 'kubeconfig'),
    tokens: join(folder, 'tokens.csv'),
    egress: join(folder, 'egress.json'),
    key: join(seedOf(folder), 'service-account.key'),
    certs: join(seedOf(folder), 'certs'),
  };
  const token = randomBytes(24).toString('base64url');
  const texts: [string, string][] = [
    [places.tokens, `${token},strata,strata,system:masters\n`],
    [places.egress, egressText()],
    [places.kubeconfig, kubeconfigText(apiPort, places.certs, token)],
  ];
  if ((await statPath(places.key)) === undefined) texts.push([places.key, newKey()]);
  for (const [path, text] of texts) {
    const written = await writeAtomically(path, text, { mode: 0o600 });
    if (!written.ok) return written;
  }
  return ok({ places, token });
}

/** Signs the tokens of service accounts in this simulated cluster alone. */
function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString();
}

type Started = Omit<ControlPlane, 'warm'>;

async function startStore(
  options: ControlPlaneOptions,
  { places, token }: Prepared,
  children: Child[],
): Promise<Result<Started>> {
  const { folder } = options;
  for (const [tool, args] of [
    ['etcd', etcdArguments(places)],
    ['kube-apiserver', apiServerArguments(places)],
  ] as const) {
    const child = await startTool({ tool, args, options });
    if (!child.ok) return child;
    children.push(child.value);
  }
  const certificate = join(places.certs, 'apiserver.crt');
  const ca = await until(options.signal, children, async () => {
    const text = await readText(certificate);
    return text.ok && text.value !== undefined && text.value !== '' ? text.value : undefined;
  });
  if (ca === undefined) return err(await notUp(folder, children));
  const connection = openConnection({ base: `https://127.0.0.1:${places.apiPort}`, ca, token });
  const api = createKubeApi(connection);
  const ready = await until(options.signal, children, async () => ((await api.ready()) ? true : undefined));
  if (ready === undefined) return err(await notUp(folder, children));
  return ok({ api, places, children, connection });
}

/** What brings the cluster to life once its API answers. */
export async function startControllers(options: ControlPlaneOptions, plane: ControlPlane): Promise<Result<void>> {
  for (const [tool, args] of [
    ['kube-controller-manager', controllerManagerArguments(plane.places)],
    ['kube-scheduler', schedulerArguments(plane.places)],
    ['kwok', kwokArguments(plane.places, (await options.locate('kwok-stages')) ?? '')],
  ] as const) {
    const child = await startTool({ tool, args, options });
    if (!child.ok) return child;
    plane.children.push(child.value);
  }
  return ok(undefined);
}

/** A program of the toolchain to start as a child. */
export interface StartedTool {
  readonly tool: string;
  /** Of its log; the tool's where absent. */
  readonly name?: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly options: Pick<ControlPlaneOptions, 'locate' | 'folder'>;
}

export async function startTool({ tool, name = tool, args, env = {}, options }: StartedTool): Promise<Result<Child>> {
  const file = await options.locate(tool);
  if (file === undefined) {
    return err(
      failure('tool-missing', 'REHEARSAL-TOOL-MISSING', `The program ${tool} is not on this machine.`, {
        say: 'Obtain the programs of a rehearsal.',
        command: 'strata doctor --install',
      }),
    );
  }
  // What programs leave behind when they are killed lies in the scratch folder as well.
  const temporary = join(options.folder, 'tmp');
  const made = await makeFolder(temporary);
  if (!made.ok) return made;
  return startChild({
    name: tool,
    file,
    args,
    env: { TMPDIR: temporary, ...env },
    cwd: options.folder,
    log: join(options.folder, 'log', `${name}.log`),
  });
}

/** Longest wait for a control plane, in milliseconds; a loaded machine was seen to need ten seconds. */
const patienceMs = 60_000;

async function until<T>(
  signal: AbortSignal,
  children: readonly Child[],
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end && !signal.aborted && children.every((child) => child.isRunning())) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return undefined;
}

async function notUp(folder: string, children: readonly Child[]): Promise<ReturnType<typeof failure>> {
  const ended = children.find((child) => !child.isRunning());
  const who = ended?.name ?? 'kube-apiserver';
  const log = await readText(join(folder, 'log', `${who}.log`));
  const last = (log.ok ? (log.value ?? '') : '').trim().split('\n').slice(-3).join(' | ');
  const what = ended === undefined ? 'did not become ready' : `ended with ${await ended.ended}`;
  return failure('tool-failed', 'REHEARSAL-CONTROL-PLANE', `${who} ${what}: ${last}`, {
    say: 'Rehearse again without the kept control plane.',
    command: 'strata rehearse --cold',
  });
}
