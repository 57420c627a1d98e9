import { describe, expect, it } from 'vitest';
import { type Digest, failure, type RunEvent, type RunEventBody, type RunStep, type StepId } from '../model/index.js';
import { widthOf } from './cells.js';
import { renderFrame } from './frame.js';
import { linesView } from './lines.js';
import { renderOutcome } from './outcome.js';
import { remaining, track } from './progress.js';
import { liveView } from './tty.js';

const start = Date.parse('2026-01-01T00:00:00.000Z');
const style = { color: false, unicode: true, columns: 80 };
const id = (text: string): StepId => text as StepId;
const step = (name: string, after: readonly string[] = [], expectedMs?: number): RunStep => ({
  id: id(name),
  title: `Title of ${name}`,
  after: after.map(id),
  intent: 'apply',
  ...(expectedMs !== undefined && { expectedMs }),
});

/** Gives events numbers and times. */
function recorder() {
  let seq = 0;
  return (seconds: number, body: RunEventBody): RunEvent => ({
    seq: ++seq,
    at: new Date(start + seconds * 1000).toISOString(),
    ...body,
  });
}

const begun = (steps: readonly RunStep[]): RunEventBody => ({
  type: 'run-started',
  run: 'r1',
  plan: 'sha256:0' as Digest,
  mode: 'up',
  platform: 'demo',
  environment: 'local',
  seed: 1,
  steps,
});

/** A terminal of our own: knows the sequences that the view writes, wraps nothing that fits. */
function terminal(columns: number, rows: number) {
  let screen: string[] = [''];
  let row = 0;
  let column = 0;
  let size = { columns, rows };
  const put = (sign: string): void => {
    const line = screen[row] ?? '';
    screen[row] = line.slice(0, column).padEnd(column) + sign + line.slice(column + 1);
    column += 1;
  };
  const sequence = (parameter: string, final: string): void => {
    if (final === 'A') row = Math.max(0, row - Number(parameter));
    if (final === 'K') screen[row] = (screen[row] ?? '').slice(0, column);
    if (final === 'J') {
      screen[row] = (screen[row] ?? '').slice(0, column);
      screen = screen.slice(0, row + 1);
    }
  };
  return {
    columns: () => size.columns,
    rows: () => size.rows,
    /** Terminals re-flow what is on them. */
    resize(next: { columns: number; rows: number }) {
      size = next;
      const cut = new RegExp(`.{1,${next.columns}}`, 'g');
      screen = screen.flatMap((line) => line.match(cut) ?? ['']);
      row = screen.length - 1;
      column = 0;
    },
    write(text: string) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences a terminal takes.
      for (const part of text.match(/\u001b\[\??[0-9]*[A-Za-z]|[\s\S]/gu) ?? []) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
        const found = /^\u001b\[(\??[0-9]*)([A-Za-z])$/.exec(part);
        if (found) sequence(found[1] ?? '', found[2] ?? '');
        else if (part === '\r') column = 0;
        else if (part === '\n') {
          row += 1;
          column = 0;
          screen[row] ??= '';
        } else put(part);
      }
    },
    text: () =>
      screen
        .map((line) => line.trimEnd())
        .join('\n')
        .trimEnd(),
  };
}

const steps = [
  step('toolchain/tool/kubeadm', [], 20_000),
  step('image/node/build', ['toolchain/tool/kubeadm'], 60_000),
  step('kubernetes/cluster/init', ['image/node/build'], 40_000),
];

describe('the live view', () => {
  it('redraws in place and leaves what was said above', () => {
    const screen = terminal(80, 24);
    const at = recorder();
    let now = start;
    const view = liveView(screen, style, () => now);
    screen.write('$ strata up\n');
    view.event(at(0, begun(steps)));
    view.event(at(0, { type: 'step-started', step: id('toolchain/tool/kubeadm'), attempt: 1 }));
    view.tick();
    now += 5000;
    view.event(
      at(5, { type: 'step-output', step: id('toolchain/tool/kubeadm'), stream: 'out', text: 'compiling \u001b[31mred\u001b[0m' }),
    );
    view.tick();
    view.say('a warning');
    now += 1000;
    view.tick();
    view.close();
    expect(screen.text()).toBe(
      [
        '$ strata up',
        'a warning',
        'strata up  demo/local                                   0:06   about 1:54 left',
        '● toolchain       ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄     0/1  1 running',
        '    tool/kubeadm                  0:06 / 20.0s  compiling red',
        '· image           ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄     0/1',
        '· kubernetes      ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄     0/1',
      ].join('\n'),
    );
  });

  it('keeps one picture when the window narrows', () => {
    const screen = terminal(120, 24);
    const at = recorder();
    let now = start;
    const view = liveView(screen, style, () => now);
    view.event(at(0, begun(steps)));
    view.event(at(0, { type: 'step-started', step: id('image/node/build'), attempt: 1 }));
    view.tick();
    screen.resize({ columns: 60, rows: 24 });
    now += 1000;
    view.tick();
    expect(screen.text().match(/strata up/g)).toHaveLength(1);
    expect(Math.max(...screen.text().split('\n').map(widthOf))).toBeLessThanOrEqual(60);
  });

  it('shows a clock before the run begins, and leaves no trace of it where none does', () => {
    const screen = terminal(80, 24);
    let now = start;
    const view = liveView(screen, style, () => now);
    screen.write('$ strata up\n');
    now += 3000;
    view.tick();
    expect(screen.text()).toBe('$ strata up\nlooking at what is there  0:03');
    view.close();
    expect(screen.text()).toBe('$ strata up');
  });

  it('writes nothing when nothing changed', () => {
    let written = 0;
    const view = liveView({ write: () => (written += 1), columns: () => 80, rows: () => 24 }, style, () => start);
    view.event(recorder()(0, begun(steps)));
    view.tick();
    view.tick();
    expect(written).toBe(1);
  });

  it.each([
    [80, 24],
    [40, 10],
    [200, 50],
    [20, 3],
  ])('fits %i by %i with many steps at once', (columns, rows) => {
    const at = recorder();
    const many = ['image', 'infrastructure', 'kubernetes', 'services', 'applications', 'toolchain'].flatMap((layer) =>
      Array.from({ length: 40 }, (_, n) => step(`${layer}/component-with-a-long-name/step-${n}-日本`)),
    );
    const tracker = track();
    tracker.add(at(0, begun(many)));
    for (const one of many) tracker.add(at(1, { type: 'step-started', step: one.id, attempt: 2 }));
    const progress = tracker.progress();
    if (progress === undefined) throw new Error('not started');
    const lines = renderFrame(progress, { ...style, columns }, { columns, rows, now: start + 3_600_000 });
    expect(lines.length).toBeLessThan(rows);
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
  });
});

describe('the estimate', () => {
  const estimate = (bodies: readonly RunEventBody[], list = steps) => {
    const at = recorder();
    const tracker = track();
    tracker.add(at(0, begun(list)));
    for (const body of bodies) tracker.add(at(0, body));
    const progress = tracker.progress();
    return progress && remaining(progress, start + 30_000);
  };
  it('follows the longest chain, less what has run', () => {
    expect(estimate([{ type: 'step-started', step: id('toolchain/tool/kubeadm'), attempt: 1 }])).toEqual({
      ms: 100_000,
      unknown: 0,
    });
  });
  it('says how many times are unknown, and nothing where all are', () => {
    expect(estimate([], [...steps, step('services/core/x')])?.unknown).toBe(1);
    expect(estimate([], [step('services/core/x')])).toBeUndefined();
  });
});

describe('one line per event', () => {
  it('reads as a log', () => {
    const at = recorder();
    const out: string[] = [];
    const view = linesView((text) => out.push(text), style, { verbose: false });
    const kubeadm = id('toolchain/tool/kubeadm');
    const build = id('image/node/build');
    view.event(at(0, begun(steps)));
    view.event(at(0.5, { type: 'step-started', step: kubeadm, attempt: 1 }));
    view.event(at(1, { type: 'step-output', step: kubeadm, stream: 'out', text: 'noise' }));
    view.event(at(2, { type: 'step-note', step: kubeadm, text: 'from the cache' }));
    view.event(at(30, { type: 'heartbeat', running: [kubeadm] }));
    view.event(at(31, { type: 'step-finished', step: kubeadm, verdict: 'done', durationMs: 30_500 }));
    view.event(
      at(32, {
        type: 'step-failed',
        step: build,
        durationMs: 900,
        failure: failure('tool-failed', 'PACKER-FAILED', 'packer said no', { say: 'look' }),
      }),
    );
    view.event(at(32, { type: 'step-skipped', step: id('kubernetes/cluster/init'), because: build }));
    view.event(at(33, { type: 'run-finished', verdict: 'failed' }));
    expect(out.join('')).toBe(
      [
        '    +0ms up demo/local: 3 steps (run r1)',
        '  +500ms ● toolchain/tool/kubeadm  started, took 20.0s last time',
        '   +2.0s │ toolchain/tool/kubeadm  from the cache',
        '  +30.0s still running: toolchain/tool/kubeadm (0:29)',
        '  +31.0s ✔ toolchain/tool/kubeadm  done in 30.5s',
        '  +32.0s ✖ image/node/build  failed after 900ms: packer said no [PACKER-FAILED]',
        '  +32.0s ⊘ kubernetes/cluster/init  skipped, because image/node/build failed',
        '  +33.0s failed after 33.0s',
        '',
      ].join('\n'),
    );
  });
});

describe('the end of a run', () => {
  it('tells the failure, its cause, the last output, and how to go on', () => {
    const at = recorder();
    const tracker = track();
    const build = id('image/node/build');
    const cause = failure('network', 'OCI-UNREACHABLE', 'no answer from 10.77.0.2:5000', { say: 'is the registry running?' });
    tracker.add(at(0, begun(steps)));
    tracker.add(at(1, { type: 'step-output', step: build, stream: 'err', text: 'pull failed' }));
    tracker.add(
      at(5, {
        type: 'step-failed',
        step: build,
        durationMs: 4000,
        failure: {
          ...failure('tool-failed', 'PACKER-FAILED', 'packer ended with 1', { say: 'read its log', command: 'strata status' }),
          cause,
        },
      }),
    );
    tracker.add(at(5, { type: 'step-skipped', step: id('kubernetes/cluster/init'), because: build }));
    tracker.add(at(6, { type: 'run-finished', verdict: 'failed' }));
    const progress = tracker.progress();
    expect(progress && renderOutcome(progress, style, 'strata up -e local')).toBe(
      [
        '✖ image/node/build  Title of image/node/build, failed after 4.0s',
        '  last output:',
        '  │ pull failed',
        'error: packer ended with 1 [PACKER-FAILED]',
        '  → read its log',
        '    $ strata status',
        'error: no answer from 10.77.0.2:5000 [OCI-UNREACHABLE]',
        '  → is the registry running?',
        '',
        '✖ failed after 6.0s: 1 failed, 1 not reached',
        '  → finished steps are kept; go on with:',
        '    $ strata up -e local',
        '',
      ].join('\n'),
    );
  });
});
