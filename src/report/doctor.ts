import type { Diagnostic } from '../model/index.js';
import { cut, left, visible } from './cells.js';
import { renderDiagnostics } from './diagnostics.js';
import { paintOf, type Style, signsOf } from './style.js';

/** One program, set of data or image. */
export interface ToolView {
  readonly name: string;
  readonly kind: 'program' | 'data' | 'image';
  readonly wants: string;
  readonly state: 'ready' | 'found' | 'obtainable' | 'missing' | 'damaged';
  readonly version?: string;
  readonly source?: string;
  readonly location?: string;
  readonly why: readonly string[];
  readonly ways: readonly { readonly source: string; readonly usable: boolean; readonly needs: string; readonly note?: string }[];
}

/** What `doctor` found. */
export interface DoctorView {
  readonly platform: string;
  readonly environment: string;
  readonly machine: {
    readonly uid: number;
    readonly system: string;
    readonly kernel: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly availableMemoryBytes: number;
    readonly freeDiskBytes: number;
    readonly cgroup: string;
    readonly distribution: string;
  };
  readonly problems: readonly Diagnostic[];
  readonly toolchain: { readonly tools: readonly ToolView[]; readonly ready: boolean };
}

const gibibyte = 1024 ** 3;
const gib = (bytes: number): string => `${(bytes / gibibyte).toFixed(1)} GiB`;

/** True where `up` can start: the machine carries it, and everything is there or can be had without asking. */
export const isFit = ({ problems, toolchain }: DoctorView): boolean =>
  problems.length === 0 &&
  toolchain.tools.every(({ state, ways }) => state === 'ready' || state === 'found' || ways.some((way) => way.usable));

/** Machine first, then every tool: what was found, who needs it, and how to get what is not there. */
export function renderDoctor(view: DoctorView, style: Style): string {
  const paint = paintOf(style);
  const { machine, toolchain } = view;
  const lines = [
    paint.bold(`Doctor for ${view.platform}/${view.environment}`),
    `machine  ${machine.distribution}, ${machine.system} ${machine.kernel}, ${machine.cores} cores, ${machine.uid === 0 ? 'root' : `user ${machine.uid}`}, cgroup ${machine.cgroup}`,
    `         memory ${gib(machine.availableMemoryBytes)} of ${gib(machine.memoryBytes)} available, disk ${gib(machine.freeDiskBytes)} free`,
    '',
  ];
  if (view.problems.length > 0) lines.push(renderDiagnostics(view.problems, new Map(), style));
  for (const kind of ['program', 'data', 'image'] as const) {
    const own = toolchain.tools.filter((tool) => tool.kind === kind);
    if (own.length > 0)
      lines.push(
        paint.bold({ program: 'programs', data: 'data', image: 'container images' }[kind]),
        ...own.flatMap((tool) => renderTool(tool, style)),
        '',
      );
  }
  lines.push(summary(view, style));
  return `${lines.join('\n')}\n`;
}

function renderTool(tool: ToolView, style: Style): readonly string[] {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const marks = {
    ready: paint.green(signs.done),
    found: paint.green(signs.done),
    obtainable: paint.cyan(signs.running),
    missing: paint.red(signs.failed),
    damaged: paint.red(signs.failed),
  };
  const there = tool.state === 'ready' || tool.state === 'found';
  const origin = there ? (tool.source ?? '') : tool.state;
  const room = Math.max(10, style.columns - 60);
  const head = `  ${marks[tool.state]} ${left(cut(visible(tool.name), 28, signs.ellipsis), 28)} ${left(cut(visible(shortVersion(tool)), 24, signs.ellipsis), 24)} ${paint.dim(cut(visible(origin), room, signs.ellipsis))}`;
  if (there) return [head.trimEnd()];
  const why = tool.why.slice(0, 2).map((reason) => `      needed by ${cut(visible(reason), style.columns - 18, signs.ellipsis)}`);
  const ways = tool.ways.map((way) => {
    const sign = way.usable ? paint.green(signs.next) : paint.dim('x');
    const note = [needTexts[way.needs] ?? '', way.note ?? ''].filter((text) => text !== '').join('; ');
    return `      ${sign} ${cut(visible(`${way.source}${note === '' ? '' : ` (${note})`}`), style.columns - 10, signs.ellipsis)}`;
  });
  return [head.trimEnd(), ...why, ...ways];
}

/** A digest is shown by its first letters, a reference by its tag. */
function shortVersion({ kind, wants, version }: ToolView): string {
  if (kind === 'image') return wants.slice(wants.lastIndexOf(':') + 1);
  return version === undefined || version === 'unknown'
    ? wants || 'any'
    : version.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1');
}

/** What a way asks for, in words. */
const needTexts: Readonly<Record<string, string>> = {
  network: 'needs a network',
  'cache-or-network': 'needs a network, unless cached',
  consent: 'changes the system: with --install, or strata up -y',
};

function summary(view: DoctorView, style: Style): string {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const { tools } = view.toolchain;
  const count = (...states: readonly ToolView['state'][]): number => tools.filter(({ state }) => states.includes(state)).length;
  const parts = [`${count('ready', 'found')} of ${tools.length} there`];
  if (count('obtainable') > 0)
    parts.push(`${count('obtainable')} can be obtained: strata up does it, or strata doctor --install`);
  if (count('missing') > 0) parts.push(`${count('missing')} missing`);
  if (count('damaged') > 0) parts.push(`${count('damaged')} damaged: strata doctor --install makes them new`);
  return `${isFit(view) ? paint.green(signs.done) : paint.red(signs.failed)} ${parts.join('; ')}`;
}
