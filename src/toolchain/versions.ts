/** Numbers of a version, e.g. `v1.37.2` → [1, 37, 2], `9.2p1` → [9, 2]; text after the numbers is ignored. */
export function numbersOf(version: string): readonly number[] {
  const found = /[0-9]+(?:\.[0-9]+)*/.exec(version);
  return found === null ? [] : found[0].split('.').map(Number);
}

/** Negative, zero or positive, as for sorting; missing numbers count as zero. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether a version fits a range of `>=`, `<` and `=` parts that must all hold; an empty range takes anything. */
export function fits(version: string, range: string): boolean {
  const parts = range.split(/\s+/).filter((part) => part !== '');
  return parts.every((part) => {
    const [, operator = '=', bound = ''] = /^(>=|<|=)?(.+)$/.exec(part) ?? [];
    const order = compareVersions(version, bound);
    if (operator === '>=') return order >= 0;
    return operator === '<' ? order < 0 : order === 0;
  });
}
