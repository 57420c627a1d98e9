import { Type } from 'typebox';
import { Value } from 'typebox/value';

/** One control of a profile, with what each of its describe blocks found. */
export interface InspecControl {
  readonly id: string;
  readonly title: string;
  readonly results: readonly { readonly status: 'passed' | 'failed' | 'skipped'; readonly said: string }[];
}

const Report = Type.Object({
  profiles: Type.Array(
    Type.Object({
      controls: Type.Array(
        Type.Object({
          id: Type.String(),
          title: Type.Union([Type.String(), Type.Null()]),
          results: Type.Optional(
            Type.Array(
              Type.Object({
                status: Type.Union([Type.Literal('passed'), Type.Literal('failed'), Type.Literal('skipped')]),
                code_desc: Type.String(),
                message: Type.Optional(Type.String()),
              }),
            ),
          ),
        }),
      ),
    }),
  ),
});

/** Reads a report of InSpec's or CINC Auditor's `json` reporter (4 and newer); `undefined` where it is something else. */
export function parseInspec(json: string): readonly InspecControl[] | undefined {
  const parsed = asJson(json);
  if (!Value.Check(Report, parsed)) return undefined;
  return parsed.profiles.flatMap(({ controls }) =>
    controls.map(({ id, title, results = [] }) => ({
      id,
      title: title ?? id,
      results: results.map(({ status, code_desc, message }) => ({
        status,
        said: message === undefined ? code_desc : `${code_desc}: ${message}`,
      })),
    })),
  );
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
