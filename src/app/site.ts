import { join } from 'node:path';
import { digestOf, fold, type JournalStore, readJournal } from '../engine/index.js';
import {
  absolutePath,
  cacheFolder,
  createCatalogReader,
  createHistory,
  createHost,
  createJournalFile,
  type Host,
  type HistoryStore,
  programFolder,
} from '../host/index.js';
import {
  type Digest,
  err,
  ok,
  type Paths,
  type Result,
  type RunEvent,
  type RunState,
  type Spec,
  type Step,
} from '../model/index.js';
import { providers } from '../providers/registry.js';
import { loadToolchain, locateTool, planToolchain, type Toolchain } from '../toolchain/index.js';
import { type Composition, compose } from './compose.js';
import { deriveSecrets } from './secrets/derive.js';

/** One environment of one platform on this machine. */
export interface Site {
  readonly paths: Paths;
  readonly environment: string;
  readonly host: Host;
  readonly toolchain: Toolchain;
  readonly journal: JournalStore & { close(): Promise<void> };
  readonly lockPath: string;
  history(platform: string): HistoryStore;
}

/** Folders of an environment; nothing is made. */
export function pathsOf(directory: string, environment: string): Paths {
  const project = absolutePath(directory);
  return {
    cache: cacheFolder(),
    state: join(project, '.strata', environment),
    catalog: join(programFolder(), 'catalog'),
    project,
  };
}

/** Opens an environment's state and this machine for it; changes nothing. */
export async function openSite(directory: string, environment: string): Promise<Result<Site>> {
  const paths = pathsOf(directory, environment);
  let toolchain: Toolchain | undefined;
  const host = await createHost({
    paths,
    derive: (name) => derived(name),
    locate: async (tool) => (toolchain ? locateTool(toolchain, paths.cache, tool, quietReader(host)) : undefined),
  });
  const derived = deriveSecrets(host, paths);
  const loaded = await loadToolchain(quietReader(host), paths);
  if (!loaded.ok) return loaded;
  toolchain = loaded.value;
  return ok({
    paths,
    environment,
    host,
    toolchain,
    journal: createJournalFile(join(paths.state, 'journal')),
    lockPath: join(paths.state, 'lock'),
    history: (platform) => createHistory(paths.cache, platform, environment),
  });
}

/** Eyes for what happens outside of a run: nothing is said, nothing is aborted. */
export const quietReader = (host: Host) => host.reader({ signal: new AbortController().signal, emit: () => undefined });

/** What the journal tells, without repairing it: for those who do not hold the lock. */
export async function readHistory(
  site: Site,
): Promise<Result<{ readonly events: readonly RunEvent[]; readonly state: RunState }>> {
  const decoded = await readJournal(site.journal);
  if (!decoded.ok) return decoded;
  return ok({ events: decoded.value.events, state: fold(decoded.value.events) });
}

/** Steps of a definition, with the toolchain's. */
export function composeAt(site: Site, spec: Spec, mayInstall: 'install' | 'ask'): Result<Composition> {
  return compose(spec, {
    providers,
    reader: createCatalogReader(site.paths),
    toolchain: (need) => planToolchain(site.toolchain, need, { mayInstall: mayInstall === 'install' }),
  });
}

/** Names a definition by what it says, not by where it says it. */
export const specDigest = (spec: Spec): Digest =>
  digestOf({ ...spec, components: spec.components.map(({ at: _, ...component }) => component) });

/** Definitions that say something else: the same one yields no step that is not wanted. */
export const othersThan = (spec: Spec, specs: readonly Spec[]): readonly Spec[] =>
  specs.filter((one) => specDigest(one) !== specDigest(spec));

/** Steps of the definitions that were applied before, newest last; those that no longer compose are left out. */
export function formerSteps(site: Site, specs: readonly Spec[]): readonly Step[] {
  const steps = new Map<string, Step>();
  for (const spec of specs) {
    const composed = composeAt(site, spec, 'ask');
    if (!composed.ok) continue; // its provider is gone: the plan drops the records by name
    for (const step of composed.value.steps) steps.set(step.id, step);
  }
  return [...steps.values()];
}

/** A missing file is no error here: nothing was applied yet. */
export async function readApplied(site: Site): Promise<Result<readonly Spec[]>> {
  const text = await quietReader(site.host).read(join(site.paths.state, 'applied.json'));
  if (!text.ok) return text;
  return parseApplied(text.value);
}

function parseApplied(text: string | undefined): Result<readonly Spec[]> {
  if (text === undefined) return ok([]);
  try {
    const value: unknown = JSON.parse(text);
    return ok(Array.isArray(value) ? value.filter(isSpec) : []);
  } catch {
    return err({
      kind: 'corrupt',
      diagnostic: {
        code: 'STATE-APPLIED-UNREADABLE',
        severity: 'error',
        message: 'The record of the last applied definition (applied.json in the state folder) is not JSON.',
        remedies: [
          { say: 'Restore the file, or remove it: steps the definition no longer yields are then dropped, not removed.' },
        ],
      },
    });
  }
}

const isSpec = (value: unknown): value is Spec =>
  typeof value === 'object' &&
  value !== null &&
  'platform' in value &&
  'environment' in value &&
  'components' in value &&
  Array.isArray(value.components);
