import stringWidth from 'string-width';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what must not reach a terminal.
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finds colour and cursor sequences.
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** Text from outside, made harmless: tool colours go, other control and direction characters are shown as escapes. */
export function visible(text: string): string {
  return text
    .replace(sequences, '')
    .replaceAll('\t', ' ')
    .replace(unsafe, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Nearly all text is this; for it, length is width. */
const plainText = /^[ -~]*$/;

/** Columns that text takes on a terminal; colour takes none. */
export const widthOf = (text: string): number => (plainText.test(text) ? text.length : stringWidth(text));

/** Cuts plain text to a width, marking the cut. */
export function cut(text: string, width: number, ellipsis: string): string {
  if (width <= 0) return '';
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(ellipsis);
  if (room <= 0) return '';
  let taken = 0;
  let out = '';
  for (const sign of text) {
    const size = widthOf(sign);
    if (taken + size > room) break;
    taken += size;
    out += sign;
  }
  return out + ellipsis;
}

/** Fills up with spaces on the right. */
export const left = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** Fills up with spaces on the left. */
export const right = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text;

/** Breaks text at spaces; a longer word stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** A table with as many columns as its head; widths follow the contents. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, column) => Math.max(widthOf(title), ...rows.map((row) => widthOf(row[column] ?? ''))));
  return [head, ...rows].map((row) =>
    widths
      .map((width, column) => left(row[column] ?? '', width))
      .join('  ')
      .trimEnd(),
  );
}
