/** Escapes that JSON has and HCL has not. */
const known: Readonly<Record<string, string>> = { '\\b': '\\u0008', '\\f': '\\u000c' };

/**
 * A value as the text of a `TF_VAR_…` variable: a string is taken as it is,
 * anything else is read as an HCL expression, where `${` and `%{` begin a template.
 */
export function variableText(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value)
    .replaceAll(/\\./g, (pair) => known[pair] ?? pair)
    .replaceAll('${', () => '$${')
    .replaceAll('%{', () => '%%{');
}

/** Variables as environment; `undefined` leaves a variable to its default. */
export function variableEnvironment(variables: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [`TF_VAR_${name}`, variableText(value)]),
  );
}
