/** Longest word that is compared; a longer one is no slip of the finger. */
const longest = 64;

/** Edits (insert, delete, replace, swap of neighbours) between two words. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The one of `known` that was most likely meant; `undefined` where none is near. Ties go to the first. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  if (wanted === '' || wanted.length > longest) return undefined;
  const allowed = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const name of known) {
    if (name.length > longest) continue;
    const edits = distance(wanted, name.toLowerCase());
    if (edits <= allowed && (best === undefined || edits < best.edits)) best = { name, edits };
  }
  return best?.name;
}
