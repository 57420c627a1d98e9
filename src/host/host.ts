import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Paths, ReadWorld, Result, World } from '../model/index.js';
import { type CommandScope, runCommand } from './command.js';
import { Daemons, type RunningDaemon } from './daemon.js';
import { createDigester } from './digest.js';
import { minimalEnvironment } from './environment.js';
import { listNames, makeFolder, movePath, readText, removeTree, statPath, writeAtomically } from './files.js';
import { exchange } from './http.js';
import { openLeftovers } from './leftovers.js';
import { findExecutable, searchFolders } from './locate.js';
import { createRedactor } from './redactor.js';
import { type Derive, openSecrets, type SecretStore } from './secrets.js';

/** What a world tells beside its results. */
export type WorldEmission =
  | { readonly type: 'step-output'; readonly stream: 'out' | 'err'; readonly text: string }
  | { readonly type: 'step-note'; readonly text: string };

/** Whose world it is: when it must end, and who hears it. */
export interface WorldScope {
  readonly signal: AbortSignal;
  readonly emit: (event: WorldEmission) => void;
}

/** How the host is set up for one environment. */
export interface HostOptions {
  readonly paths: Paths;
  /** Finds executables of the toolchain; PATH is searched where it finds none. */
  readonly locate?: (tool: string) => Promise<string | undefined>;
  /** Tells this environment's daemons from those of others; derived from the state folder where absent. */
  readonly id?: string;
  /** Secrets that are not kept in the state folder. */
  readonly derive?: Derive;
}

/** This machine, as one environment sees it. */
export interface Host {
  /** Marks this environment's daemons. */
  readonly id: string;
  /** Eyes: the object has no mutating member. */
  reader(scope: WorldScope): ReadWorld;
  /** Eyes and hands. */
  world(scope: WorldScope): World;
  readonly secrets: SecretStore;
  /** Replaces every kept secret in a text. */
  redact(text: string): string;
  /** From now on this value is replaced as well. */
  conceal(value: string): void;
  /** Every process that carries this environment's mark: empty after a destruction. */
  listDaemons(): Promise<readonly RunningDaemon[]>;
  /** Ends commands that a killed run left behind; only for the holder of the lock. */
  settle(): Promise<Result<void>>;
}

/** Opens this machine for an environment; loads its secrets so that none is ever printed. */
export async function createHost({ paths, locate, id = idOf(paths.state), derive }: HostOptions): Promise<Host> {
  const redactor = createRedactor();
  const secrets = await openSecrets(join(paths.state, 'secrets'), redactor, derive);
  const folders = searchFolders(process.env.PATH ?? '');
  const environment = minimalEnvironment(process.env, folders);
  const leftovers = await openLeftovers(id);
  const find = async (tool: string): Promise<string | undefined> =>
    (await locate?.(tool)) ?? (await findExecutable(tool, folders));
  const daemons = new Daemons({ id, state: paths.state, locate: find, secretPath: secrets.path, environment });
  const parts: Parts = {
    paths,
    secrets,
    daemons,
    locate: find,
    environment: { ...environment, ...leftovers.mark },
    redact: redactor.redact,
    digester: createDigester(join(paths.cache, 'digests')),
  };
  return {
    id,
    reader: (scope) => createReader(parts, scope),
    world: (scope) => createHands(parts, scope),
    secrets,
    redact: redactor.redact,
    conceal: redactor.add,
    listDaemons: () => daemons.list(),
    settle: () => leftovers.end(),
  };
}

/** A world of its own, for what happens outside of steps. */
export async function createWorld(options: HostOptions & WorldScope): Promise<World> {
  return (await createHost(options)).world(options);
}

/** Sixteen hex digits that only this state folder has. */
const idOf = (state: string): string => createHash('sha256').update(state).digest('hex').slice(0, 16);

interface Parts {
  readonly paths: Paths;
  readonly secrets: SecretStore;
  readonly daemons: Daemons;
  readonly locate: (tool: string) => Promise<string | undefined>;
  readonly environment: Readonly<Record<string, string>>;
  readonly redact: (text: string) => string;
  readonly digester: ReturnType<typeof createDigester>;
}

function commandScope({ redact }: Parts, { signal, emit }: WorldScope): CommandScope {
  return { signal, line: (stream, text) => emit({ type: 'step-output', stream, text: redact(text) }) };
}

function createReader(parts: Parts, scope: WorldScope): ReadWorld {
  const { paths, secrets, daemons, locate, redact, digester } = parts;
  const { signal, emit } = scope;
  return {
    paths,
    signal,
    query: (command) => runCommand(parts, commandScope(parts, scope), command),
    read: readText,
    stat: statPath,
    list: listNames,
    digest: (path) => digester.digest(path),
    get: ({ method = 'GET', ...request }) => exchange({ ...request, method }, signal),
    daemon: (name) => daemons.find(name),
    locate,
    holds: (ref) => secrets.holds(ref),
    now: () => new Date(),
    pause: (ms) => pause(ms, signal),
    note: (message) => emit({ type: 'step-note', text: redact(message) }),
  };
}

function createHands(parts: Parts, scope: WorldScope): World {
  const { paths, secrets, daemons } = parts;
  return {
    ...createReader(parts, scope),
    change: (command) => runCommand(parts, commandScope(parts, scope), command),
    start: (daemon) => daemons.start(daemon),
    end: (name, options) => daemons.end(name, options),
    write: (path, body, mode) => writeAtomically(path, body, mode === undefined ? {} : { mode }),
    makeDirectory: makeFolder,
    remove: (path) => removeTree(path, paths),
    rename: movePath,
    request: (request) => exchange(request, scope.signal),
    keep: (ref, value) => secrets.keep(ref, value),
    reveal: (ref) => secrets.reveal(ref),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, signal.aborted ? 0 : ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
