import type { Change, Digest, StepId, StepRecord } from '../model/index.js';
import { digestOf, isPlainObject } from './canonical.js';

/** What identifies the content of a step. */
export interface Fingerprint {
  readonly fingerprint: Digest;
  /** Of each top-level input; inputs that are not an object count as one called `inputs`. */
  readonly inputs: Readonly<Record<string, Digest>>;
}

/** Digest of the step's id and resolved inputs: never of time, paths or order of keys. */
export function fingerprintOf(id: StepId, inputs: unknown): Fingerprint {
  const members = isPlainObject(inputs) ? inputs : { inputs };
  const digests: Record<string, Digest> = {};
  for (const key of Object.keys(members).sort()) if (members[key] !== undefined) digests[key] = digestOf(members[key]);
  return { fingerprint: digestOf({ id, inputs: digests }), inputs: digests };
}

/** Which top-level inputs differ from the record's, with both digests. */
export function changedInputs(now: Fingerprint, record: StepRecord): readonly Change[] {
  const names = [...new Set([...Object.keys(record.inputs), ...Object.keys(now.inputs)])].sort();
  return names.flatMap((what) => {
    const [from, to] = [record.inputs[what], now.inputs[what]];
    return from === to ? [] : [{ what, ...(from && { from }), ...(to && { to }) }];
  });
}
