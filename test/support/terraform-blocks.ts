/** A block of a module: `resource "azurerm_lb" "this" { … }` or one inside it. */
export interface Block {
  /** First word, e.g. `resource` or `ip_configuration`; a `dynamic` block goes by the name of what it makes. */
  readonly kind: string;
  readonly labels: readonly string[];
  readonly arguments: readonly string[];
  readonly blocks: readonly Block[];
  readonly line: number;
}

interface Open {
  readonly kind: string;
  readonly labels: readonly string[];
  readonly arguments: string[];
  readonly blocks: Block[];
  readonly line: number;
  readonly see: 'through' | 'itself';
}

const opening = /^([a-z_0-9]+)((?: "[^"]*")*) \{(\}?)$/;
const argument = /^([a-z_0-9]+) += (.*)$/;

/**
 * Blocks and arguments of a file that `terraform fmt` has put into its one form: a line opens a block, closes one, or sets an
 * argument, whose value may go on for more lines. No general reader of the language: only names are told, never values.
 */
export function blocksOf(text: string): readonly Block[] {
  const reading: Reading = { top: [], open: [], depth: 0 };
  text.split('\n').forEach((raw, at) => {
    const line = raw.trim();
    if (reading.depth > 0) reading.depth += balance(line);
    else if (line !== '' && !line.startsWith('#')) readLine(reading, line, at + 1);
  });
  return reading.top;
}

interface Reading {
  readonly top: Block[];
  readonly open: Open[];
  /** Brackets of a value that goes on. */
  depth: number;
}

function readLine(reading: Reading, line: string, at: number): void {
  const { open, top } = reading;
  if (line === '}') {
    const done = open.pop();
    if (done === undefined) throw new Error(`line ${at} closes nothing`);
    place(done, open, top);
    return;
  }
  const block = opening.exec(line);
  if (block !== null) {
    const labels = [...(block[2] ?? '').matchAll(/"([^"]*)"/g)].map((label) => label[1] ?? '');
    const one = opened(block[1] ?? '', labels, at);
    if (block[3] === '}') place(one, open, top);
    else open.push(one);
    return;
  }
  const set = argument.exec(line);
  if (set === null) throw new Error(`line ${at} is neither a block nor an argument: ${line}`);
  open.at(-1)?.arguments.push(set[1] ?? '');
  reading.depth = balance(set[2] ?? '');
}

/** `dynamic "rule" { content { … } }` makes blocks `rule`, whose arguments are those of `content`. */
function opened(kind: string, labels: readonly string[], line: number): Open {
  const dynamic = kind === 'dynamic';
  return {
    kind: dynamic ? (labels[0] ?? '') : kind,
    labels,
    arguments: [],
    blocks: [],
    line,
    see: dynamic ? 'through' : 'itself',
  };
}

function place({ see, ...one }: Open, open: readonly Open[], top: Block[]): void {
  const content = see === 'through' ? one.blocks.find(({ kind }) => kind === 'content') : undefined;
  const made: Block = content === undefined ? one : { ...content, kind: one.kind };
  (open.at(-1)?.blocks ?? top).push(made);
}

/** Brackets that a line opens and does not close; those in texts do not count. */
function balance(line: string): number {
  const bare = line.replace(/"(?:\\.|[^"\\])*"/g, '""').replace(/#.*$/, '');
  return (bare.match(/[[{(]/g)?.length ?? 0) - (bare.match(/[\]})]/g)?.length ?? 0);
}
