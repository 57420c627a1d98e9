import {
  type Change,
  type Claim,
  err,
  type Json,
  ok,
  type ReadWorld,
  type Result,
  type Step,
  type World,
} from '../model/index.js';
import { canonicalJson } from './canonical.js';
import { thrown } from './errors.js';
import { type Fingerprint, fingerprintOf } from './fingerprint.js';

/**
 * The one seam where a thrown error becomes a failure of kind `bug`.
 * Everything that a provider wrote is called through here and nowhere else.
 */
async function guarded<T>(step: Step, during: string, call: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await call();
  } catch (error) {
    return err(thrown(step.id, during, error));
  }
}

/** What is there, with the difference to what is wanted. */
export interface Seen {
  /** `undefined` where nothing is. */
  readonly got: unknown;
  readonly changes: readonly Change[];
}

/** Observes and compares. */
export const look = (step: Step, want: unknown, world: ReadWorld): Promise<Result<Seen>> =>
  guarded(step, 'observe', async () => {
    const got = await step.action.observe(want, world);
    return got.ok ? ok({ got: got.value, changes: differencesBy(step, want, got.value) }) : got;
  });

/** Differences from nothing: what a creation would bring. */
export const differenceFromNothing = (step: Step, want: unknown): Promise<Result<readonly Change[]>> =>
  guarded(step, 'diff', async () => ok(differencesBy(step, want, undefined)));

/** As texts and nothing else: they become part of the plan and of its id. */
function differencesBy(step: Step, want: unknown, got: unknown): readonly Change[] {
  return step.action.diff(want, got).map(({ what, from, to }) => ({
    what: String(what),
    ...(from !== undefined && { from: String(from) }),
    ...(to !== undefined && { to: String(to) }),
  }));
}

/** Makes it true. */
export const applyStep = (step: Step, want: unknown, got: unknown, world: World): Promise<Result<unknown>> =>
  guarded(step, 'apply', () => step.action.apply(want, got, world));

/** Proves it; no claims where the action has no `verify`. */
export const verifyStep = (step: Step, want: unknown, got: unknown, world: ReadWorld): Promise<Result<readonly Claim[]>> =>
  guarded(step, 'verify', async () => ok((await step.action.verify?.(want, got, world)) ?? []));

/** Takes it away. */
export const removeStep = (step: Step, got: unknown, world: World): Promise<Result<void>> =>
  guarded(step, 'remove', async () => (await step.action.remove?.(got, world)) ?? ok(undefined));

/** Fingerprint of what a step wants; inputs that are not plain data are a provider's bug. */
export function printStep(step: Step, want: unknown): Result<Fingerprint> {
  try {
    return ok(fingerprintOf(step.id, want));
  } catch (error) {
    return err(thrown(step.id, 'fingerprint', error));
  }
}

/** Outputs as the journal will give them back, so that a resumed run sees what this one saw. */
export function plainOutputs(step: Step, outputs: unknown): Result<Json> {
  try {
    const parsed: Json = JSON.parse(canonicalJson(outputs ?? null));
    return ok(parsed);
  } catch (error) {
    return err(thrown(step.id, 'outputs', error));
  }
}
