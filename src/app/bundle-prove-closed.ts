import { join } from 'node:path';
import { ageKeyFile, cacheFolder, copyTree, machineFacts, makePrivateFolder, programFolder } from '../host/index.js';
import { type Diagnostic, err, ok, type RehearsalReport, type Result, type World } from '../model/index.js';
import type { JudgeOptions } from './bundle/verify.js';
import * as errors from './bundle-prove-errors.js';
import type { Opened } from './definition-of.js';
import { ownWorld } from './held.js';
import { packagesOf, type RenderedSpec } from './rehearsal/deliveries.js';

/** How the rehearsal behind the gap went. */
export interface ClosedProof {
  readonly problems: readonly Diagnostic[];
  readonly packages: number;
  readonly objects: number;
  /** Programs that a rehearsal alone needs, taken from this machine: an environment runs none of them. */
  readonly fromThisMachine: readonly string[];
}

/** Programs that play a cluster. */
const players = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok', 'kwok-stages'];

/**
 * Brings loopback up in a network namespace of its own and runs the rest of its arguments there: without another
 * interface and without a route, whatever asks for a host fails at once.
 */
const inside = [
  "import { spawnSync } from 'node:child_process';",
  "spawnSync('ip', ['link', 'set', 'lo', 'up'], { stdio: 'inherit' });",
  "const { status } = spawnSync(process.execPath, process.argv.slice(1), { stdio: 'inherit' });",
  'process.exit(status ?? 1);',
].join('\n');

const deadlineMs = 900_000;

interface Closed {
  readonly opened: Opened;
  readonly judging: JudgeOptions;
  readonly rendered: RenderedSpec;
  /** Names of what the bundle carries for the toolchain. */
  readonly carried: ReadonlySet<string>;
}

/** Loads the bundle into an empty cache and rehearses with that alone, in a namespace without a route. */
export async function rehearseClosed(closed: Closed): Promise<Result<ClosedProof>> {
  const { site } = closed.opened;
  const w = ownWorld(site);
  const cache = join(site.paths.state, 'prove');
  const made = await makePrivateFolder(cache);
  if (!made.ok) return made;
  try {
    return await rehearseIn(cache, closed, w);
  } finally {
    await w.remove(cache);
  }
}

async function rehearseIn(cache: string, closed: Closed, w: World): Promise<Result<ClosedProof>> {
  const { opened, judging, rendered, carried } = closed;
  const judged = [
    ...(judging.key === undefined ? [] : ['--key', judging.key]),
    ...(judging.allowUnsigned === true ? ['--allow-unsigned'] : []),
    ...(judging.allowOlder === true ? ['--allow-older'] : []),
  ];
  const loaded = await strata(cache, ['bundle', 'load', judging.bundle, ...judged, '-o', 'json'], w);
  if (!loaded.ok) return loaded;
  if (loaded.value.code !== 0) return failed(`loading it ended with ${loaded.value.code}: ${lastOf(loaded.value.stderr)}`);
  const programs = packagesOf(rendered).flatMap(({ one }) => one.programs.map((program) => program.tool));
  const own = [...new Set([...players, ...programs])].filter((name) => !carried.has(name)).sort();
  for (const name of own) {
    const copied = await copyTree(join(cacheFolder(), 'tools', name), join(cache, 'tools', name));
    if (!copied.ok) return copied;
  }
  const args = ['rehearse', opened.site.paths.project, '-e', opened.spec.environment, '--cold', '-o', 'json'];
  const ran = await strata(cache, args, w);
  if (!ran.ok) return ran;
  const report = read(ran.value.stdout);
  if (report === undefined) return failed(lastOf(ran.value.stderr) || `it ended with ${ran.value.code}`);
  const problems = report.problems.filter(({ severity }) => severity === 'error');
  const said = report.verdict === 'pass' ? [] : [errors.notRehearsed(problems[0]?.message ?? 'a check failed'), ...problems];
  const objects = report.packages.reduce((sum, { applied }) => sum + applied, 0);
  return ok({ problems: said, packages: report.packages.length, objects, fromThisMachine: own });
}

const failed = (what: string): Result<ClosedProof> =>
  err({ kind: 'refused', diagnostic: errors.notRehearsed(what.slice(0, 1_000)) });

/** The first error, which says what was missed; what follows it follows from it. */
function lastOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => line.includes('error:')) ?? lines.at(-1) ?? '';
}

/** Root needs no namespace of users, in which files could not be given to others. */
const strata = async (cache: string, args: readonly string[], w: World) =>
  w.change({
    tool: 'unshare',
    args: [
      ...((await machineFacts(cache)).uid === 0 ? [] : ['--map-root-user']),
      ...['--net', '--', 'node', '--input-type=module', '--eval', inside],
      ...[join(programFolder(), 'dist', 'cli.js'), ...args],
    ],
    env: { STRATA_CACHE: cache, NO_COLOR: '1', ...keyOf() },
    deadlineMs,
  });

const keyOf = (): Readonly<Record<string, string>> => {
  const file = ageKeyFile();
  return file === undefined ? {} : { SOPS_AGE_KEY_FILE: file };
};

function read(text: string): RehearsalReport | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isReport = typeof value === 'object' && value !== null && 'verdict' in value && 'packages' in value;
    return isReport ? (value as RehearsalReport) : undefined; // written by the same program
  } catch {
    return undefined;
  }
}
