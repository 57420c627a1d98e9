import { left, visible, widthOf, wrap } from './cells.js';
import { paintOf, type Style, signsOf } from './style.js';

/** One way to obtain something, as the toolchain tells it. */
interface WayLine {
  readonly source: string;
  readonly usable: boolean;
  readonly needs: 'nothing' | 'network' | 'cache-or-network' | 'consent';
  readonly note?: string;
}

/** One program, set of data or image, as the toolchain tells it. */
export interface ToolLine {
  readonly name: string;
  readonly kind: 'program' | 'data' | 'image';
  readonly wants: string;
  readonly state: 'ready' | 'found' | 'obtainable' | 'missing' | 'damaged';
  readonly version?: string;
  readonly source?: string;
  readonly location?: string;
  readonly why: readonly string[];
  readonly ways: readonly WayLine[];
}

/** One property of this machine, against what is needed. */
export interface MachineLine {
  readonly what: string;
  readonly found: string;
  readonly needed?: string;
  readonly met: boolean;
}

/** All that `doctor` looked at. */
export interface DoctorResult {
  readonly machine: readonly MachineLine[];
  readonly tools: readonly ToolLine[];
  readonly ready: boolean;
}

const words: Readonly<Record<ToolLine['state'], string>> = {
  ready: 'ready',
  found: 'on PATH',
  obtainable: 'not yet there',
  missing: 'missing',
  damaged: 'damaged',
};

const titles = { program: 'Programs', data: 'Data', image: 'Images' } as const;

/** For people: the machine, then what is there, then what is not with every way to get it. */
export function renderDoctor(result: DoctorResult, style: Style): string {
  const paint = paintOf(style);
  const blocks = [renderMachine(result.machine, style)];
  for (const kind of ['program', 'data', 'image'] as const) {
    const lines = result.tools.filter((tool) => tool.kind === kind);
    if (lines.length > 0) blocks.push([paint.bold(titles[kind]), ...renderTools(lines, style)].join('\n'));
  }
  blocks.push(renderVerdict(result, style));
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function renderMachine(lines: readonly MachineLine[], style: Style): string {
  if (lines.length === 0) return '';
  const paint = paintOf(style);
  const signs = signsOf(style);
  const width = Math.max(...lines.map(({ what }) => widthOf(what)));
  const rows = lines.map(({ what, found, needed, met }) => {
    const sign = met ? paint.green(signs.done) : paint.red(signs.failed);
    return `  ${sign} ${left(what, width)}  ${visible(found)}${met || needed === undefined ? '' : paint.dim(`  (needs ${needed})`)}`;
  });
  return [paint.bold('Machine'), ...rows].join('\n');
}

function renderTools(lines: readonly ToolLine[], style: Style): readonly string[] {
  const width = Math.max(...lines.map(({ name }) => widthOf(name)));
  const sizes = { name: width, version: Math.max(...lines.map((line) => widthOf(shownVersion(line)))) };
  return lines.flatMap((line) => renderTool(line, sizes, style));
}

/** A digest says nothing to people; an image is known by its reference. */
const shownVersion = (line: ToolLine): string => (line.kind === 'image' ? line.wants : (line.version ?? line.wants));

function renderTool(line: ToolLine, sizes: { readonly name: number; readonly version: number }, style: Style): readonly string[] {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const there = line.state === 'ready' || line.state === 'found';
  const sign = there ? paint.green(signs.done) : line.state === 'obtainable' ? paint.yellow(signs.next) : paint.red(signs.failed);
  const where = line.state === 'ready' && line.source !== undefined ? `ready, ${line.source}` : words[line.state];
  const head = `  ${sign} ${left(visible(line.name), sizes.name)}  ${left(visible(shownVersion(line)), sizes.version)}  ${visible(where)}`;
  if (there) return [head.trimEnd()];
  return [
    head.trimEnd(),
    ...line.why.map((why) => paint.dim(`      for ${visible(why)}`)),
    ...line.ways.flatMap((way) => renderWay(way, style)),
  ];
}

const needWords: Readonly<Record<WayLine['needs'], string>> = {
  nothing: 'works offline',
  network: 'needs a network',
  'cache-or-network': "works offline once its modules are in Go's cache",
  consent: 'changes this system, so only with --install',
};

function renderWay(way: WayLine, style: Style): readonly string[] {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const sign = way.usable ? paint.green(signs.done) : paint.red(signs.failed);
  const text = `${way.source}: ${way.usable ? needWords[way.needs] : (way.note ?? 'not usable here')}`;
  const [first = '', ...rest] = wrap(visible(text), Math.max(40, style.columns - 8));
  return [`      ${sign} ${first}`, ...rest.map((part) => `        ${part}`)];
}

function renderVerdict(result: DoctorResult, style: Style): string {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const absent = result.tools.filter(({ state }) => state !== 'ready' && state !== 'found');
  const unmet = result.machine.filter(({ met }) => !met);
  if (absent.length === 0 && unmet.length === 0) return `${paint.green(signs.done)} All that this platform needs is here.`;
  const lost = absent.filter(({ state }) => state === 'missing');
  const parts = [
    ...(unmet.length > 0 ? [`${unmet.length} of the machine's properties do not suffice`] : []),
    ...(absent.length > 0 ? [`${absent.length} of ${result.tools.length} parts of the toolchain are not here`] : []),
    ...(lost.length > 0 ? [`${lost.length} of them cannot be obtained from here`] : []),
  ];
  const next =
    absent.length > lost.length
      ? `\n  ${paint.green(signs.next)} obtain them now:\n    ${paint.cyan('$ strata doctor --install')}`
      : '';
  return `${paint.red(signs.failed)} ${parts.join('; ')}.${next}`;
}

/** The same for programs. */
export const doctorDocument = (result: DoctorResult): object => ({
  apiVersion: 'strata.dev/v1alpha1',
  kind: 'Doctor',
  ...result,
});
