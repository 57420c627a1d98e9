import { StringDecoder } from 'node:string_decoder';

/** Longer lines are cut: no tool's progress bar may fill the memory or the journal. */
const longestLine = 16_384;

/** Turns chunks into whole lines, so that nothing cut between two chunks escapes the redactor. */
export interface LineSplitter {
  push(chunk: Buffer): void;
  end(): void;
}

/** Calls `line` for each line, without its end; carriage returns begin a line anew, as on a terminal. */
export function splitLines(line: (text: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let dropped = false;
  const emit = (text: string): void => {
    const shown = text.slice(text.lastIndexOf('\r', text.length - 2) + 1).replace(/\r$/, '');
    line(dropped || shown.length > longestLine ? `${shown.slice(0, longestLine)} … (cut)` : shown);
    dropped = false;
  };
  const take = (text: string): void => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) emit(part);
    if (rest.length > 2 * longestLine) {
      dropped = true;
      rest = rest.slice(0, longestLine);
    }
  };
  return {
    push: (chunk) => take(decoder.write(chunk)),
    end() {
      take(decoder.end());
      if (rest !== '') emit(rest);
      rest = '';
    },
  };
}
