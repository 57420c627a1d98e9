import { err, failure, ok, type Result } from '../../model/index.js';

const place = /\$\{([A-Za-z][A-Za-z0-9]*)\}/g;

/**
 * Fills `${name}` in a text. A place alone on its line takes many lines, each indented as the place is.
 * A place without a value is a defect, not an empty text.
 */
export function render(text: string, values: Readonly<Record<string, string>>): Result<string> {
  const missing = [...text.replace(/^ *#.*$/gm, '').matchAll(place)]
    .map(([, name = '']) => name)
    .filter((name) => values[name] === undefined);
  if (missing.length > 0) return err(unfilled([...new Set(missing)]));
  const lines = text.split('\n').flatMap((line) => {
    const alone = /^( *)\$\{([A-Za-z][A-Za-z0-9]*)\}$/.exec(line);
    if (!alone) return [line.replace(place, (whole, name: string) => values[name] ?? whole)];
    const [, indent = '', name = ''] = alone;
    const value = values[name] ?? '';
    return value === '' ? [] : value.split('\n').map((one) => `${indent}${one}`);
  });
  return ok(lines.join('\n'));
}

const unfilled = (names: readonly string[]) =>
  failure('bug', 'KUBEADM-TEMPLATE', `A template has no value for ${names.join(', ')}.`, {
    say: 'Compare the catalog with the version of Strata; a copy of your own may be older.',
    command: 'strata doctor',
  });
