import type { Diagnostic, ErrorPage, Failure, Span } from '../../model/index.js';
import { failure } from '../../model/index.js';

const at = (made: Failure, where: Span): Failure => ({ ...made, diagnostic: { ...made.diagnostic, where } });

/** A chart's template cannot be executed. */
export const notRendered = (chart: string, where: Span, why: string): Failure =>
  at(
    failure('invalid', 'HELM-NOT-RENDERED', `Chart ${chart} does not render: ${why}`, {
      say: 'Correct the value that the template asks for, or the template.',
    }),
    where,
  );

/** The values do not fit the chart's own schema. */
export const valuesRefused = (chart: string, where: Span, why: string): Failure =>
  at(
    failure('invalid', 'HELM-VALUES-REFUSED', `Chart ${chart} refuses its values: ${why}`, {
      say: 'Give each value the type that values.schema.json of the chart asks for.',
    }),
    where,
  );

/**
 * Paths of the values that a refusal names, e.g. `at '/a/b': got string, want integer` (recorded from helm v4.3.1); empty
 * where it names none. Keys are JSON Pointer's.
 */
export function refusedPaths({ code, message }: Diagnostic): readonly (readonly string[])[] {
  if (code !== 'HELM-VALUES-REFUSED') return [];
  const pointers = [...message.matchAll(/\bat '((?:\/[^/']+)+)'/g)].map(([, pointer = '']) => pointer);
  return pointers.map((pointer) =>
    pointer
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')),
  );
}

/** What helm printed is no stream of documents. */
export const notRead = (chart: string, where: Span, why: string): Failure =>
  at(
    failure('tool-failed', 'HELM-NOT-READ', `What chart ${chart} renders to cannot be read: ${why}`, {
      say: 'Correct the template that is named.',
    }),
    where,
  );

/** What `strata explain` says of these codes. */
export const helmPages: readonly ErrorPage[] = [
  {
    code: 'HELM-NOT-RENDERED',
    title: 'A chart does not render',
    explanation:
      'Helm stopped in a template of the chart: a value is missing or of another kind than the template expects, the chart itself says no, or a dependency is not there. The place named is the one Helm stopped at.',
    remedy: 'Look at the template at that line, and set the value it reads; `strata explain values PACKAGE` lists what is set.',
  },
  {
    code: 'HELM-VALUES-REFUSED',
    title: 'A chart refuses the type of a value',
    explanation:
      'The chart has a values.schema.json, and a value does not fit it. Each value that does not is named with its path.',
    remedy: 'Give the value the type that is asked for.',
  },
  {
    code: 'HELM-NOT-READ',
    title: 'What a chart renders to is no list of Kubernetes objects',
    explanation: 'A template made text that is not YAML, or a document without apiVersion, kind or metadata.name.',
    remedy: 'Correct the template that is named, or the value that is put into it.',
  },
];
