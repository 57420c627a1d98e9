import type { Diagnostic } from '../model/index.js';
import { err, ok, type Result } from '../model/index.js';
import { absolutePath } from '../host/index.js';
import { type JudgeOptions, judge } from './bundle/verify.js';
import { type ClosedProof, rehearseClosed } from './bundle-prove-closed.js';
import { type Compared, compareWithBundle } from './bundle-prove-static.js';
import { openPlatform, type PlatformRequest } from './definition-of.js';
import type { RunWatch } from './held.js';
import { type Trouble, troubleOf } from './trouble.js';

/** Which environment, and which bundle. */
export interface ProveOptions extends PlatformRequest, JudgeOptions {}

/** What was proven, or what is not inside. */
export interface Proof {
  readonly platform: string;
  readonly environment: string;
  readonly release: string;
  readonly root: string;
  readonly verdict: 'pass' | 'fail';
  readonly problems: readonly Diagnostic[];
  readonly compared: Compared;
  /** Absent where the comparison failed already. */
  readonly closed?: Omit<ClosedProof, 'problems'>;
  readonly notProven: readonly string[];
}

/** Compares, then rehearses with the bundle alone and no way out. */
export async function proveBundle(options: ProveOptions, watch: RunWatch): Promise<Result<Proof, Trouble>> {
  const opened = await openPlatform(options);
  if (!opened.ok) return opened;
  const { sources } = opened.value;
  const judging = { ...options, bundle: absolutePath(options.bundle), ...(options.key && { key: absolutePath(options.key) }) };
  const judged = await judge(judging);
  if (!judged.ok) return err({ ...troubleOf(judged.error), sources });
  const { bundle } = judged.value.described;
  const compared = await compareWithBundle(opened.value, bundle, watch);
  if (!compared.ok) return err({ ...troubleOf(compared.error), sources });
  const { platform, environment, release } = bundle.about;
  const about = { platform, environment, release, root: bundle.root, compared: compared.value.compared };
  const { problems, rendered } = compared.value;
  if (problems.length > 0) return ok({ ...about, verdict: 'fail', problems, notProven: [...limits, unrehearsed] });
  const carried = new Set(bundle.items.filter(({ kind }) => kind === 'tool' || kind === 'data').map(({ name }) => name));
  const closed = await rehearseClosed({ opened: opened.value, judging, rendered, carried });
  if (!closed.ok) return err({ ...troubleOf(closed.error), sources });
  const { problems: found, ...rest } = closed.value;
  const own = `That ${rest.fromThisMachine.join(', ')} are in the bundle: they play the cluster, and came from this machine.`;
  const notProven = rest.fromThisMachine.length === 0 ? limits : [...limits, own];
  return ok({ ...about, verdict: found.length === 0 ? 'pass' : 'fail', problems: found, closed: rest, notProven });
}

const limits = [
  'That machines can be built from the bundle: services and applications are rehearsed, no machine is started.',
  'That programs in containers ask for nothing outside: pods are played, not run.',
];
const unrehearsed = 'That it can be brought up: what the comparison found comes first.';
