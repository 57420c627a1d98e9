import pc from 'picocolors';

/** What the place that is written to can show. */
export interface Style {
  readonly color: boolean;
  /** False on terminals that cannot draw beyond ASCII. */
  readonly unicode: boolean;
  /** Columns of the terminal; reports keep within them. */
  readonly columns: number;
  /** Turns `strata up` into what this user types here: another program name, a folder, an environment. */
  readonly command?: (command: string) => string;
}

/** For files and pipes: no colour, fixed width. */
export const plainStyle: Style = { color: false, unicode: true, columns: 120 };

/** Colours that do nothing where there are none. */
export type Paint = ReturnType<typeof pc.createColors>;

/** The colours of a style. */
export const paintOf = (style: Style): Paint => pc.createColors(style.color);

/** Signs that say the same without colour. */
export interface Signs {
  readonly done: string;
  readonly kept: string;
  readonly removed: string;
  readonly running: string;
  readonly failed: string;
  readonly skipped: string;
  readonly waiting: string;
  readonly next: string;
  readonly bar: string;
  readonly ellipsis: string;
  readonly full: string;
  readonly empty: string;
  readonly rule: string;
}

const unicodeSigns: Signs = {
  done: '✔',
  kept: '=',
  removed: '−',
  running: '●',
  failed: '✖',
  skipped: '⊘',
  waiting: '·',
  next: '→',
  bar: '│',
  ellipsis: '…',
  full: '━',
  empty: '┄',
  rule: '─',
};

const asciiSigns: Signs = {
  done: '+',
  kept: '=',
  removed: '-',
  running: '*',
  failed: 'x',
  skipped: '/',
  waiting: '.',
  next: '->',
  bar: '|',
  ellipsis: '~',
  full: '#',
  empty: '.',
  rule: '-',
};

/** The signs of a style. */
export const signsOf = (style: Style): Signs => (style.unicode ? unicodeSigns : asciiSigns);
