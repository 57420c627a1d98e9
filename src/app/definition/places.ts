import type { Span } from '../../model/index.js';

/** Turns offsets of one text into a span; `end` is exclusive. */
export type Placer = (start: number, end?: number) => Span;

/** Counts lines and columns from 1; CRLF counts as one end of line. */
export function placer(file: string, text: string): Placer {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const position = (offset: number): { line: number; column: number } => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
  return (start, end) => {
    const from = position(start);
    if (end === undefined) return { file, ...from };
    const to = position(Math.max(start, end));
    return { file, ...from, endLine: to.line, endColumn: to.column };
  };
}
