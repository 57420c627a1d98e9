import { Type } from 'typebox';
import { Value } from 'typebox/value';

/** One thing that goss (0.4) looked at. */
export interface GossResult {
  /** Kind and name, e.g. `Command: root-login`. */
  readonly resource: string;
  readonly id: string;
  readonly property: string;
  readonly outcome: 'pass' | 'fail' | 'skip';
  readonly said: string;
  readonly meta: Readonly<Record<string, unknown>>;
}

const Report = Type.Object({
  results: Type.Array(
    Type.Object({
      'resource-type': Type.String(),
      'resource-id': Type.String(),
      property: Type.String(),
      successful: Type.Boolean(),
      skipped: Type.Boolean(),
      'summary-line': Type.String(),
      meta: Type.Union([Type.Null(), Type.Record(Type.String(), Type.Unknown())]),
    }),
  ),
});

/** Reads what `goss validate --format json` prints; `undefined` where it is something else. */
export function parseGoss(json: string): readonly GossResult[] | undefined {
  const parsed = asJson(json);
  if (!Value.Check(Report, parsed)) return undefined;
  return parsed.results.map((one) => ({
    resource: one['resource-type'],
    id: one['resource-id'],
    property: one.property,
    outcome: one.skipped ? 'skip' : one.successful ? 'pass' : 'fail',
    said: one['summary-line'],
    meta: one.meta ?? {},
  }));
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
