import { describe, expect, it } from 'vitest';
import {
  type Digest,
  type DrillReport,
  failure,
  type Plan,
  type PlannedStep,
  type RunState,
  type StepId,
} from '../model/index.js';
import { renderDrill } from './drill.js';
import { renderEvidence } from './evidence.js';
import { renderExplanation } from './explanation.js';
import { expected, hasChanges, renderPlan } from './plan.js';
import { renderReach } from './reach.js';
import { renderStatus, statusDocument } from './status.js';
import { renderTimeline } from './timeline.js';

const style = { color: false, unicode: true, columns: 100 };
const id = (text: string): StepId => text as StepId;
const digest = (text: string): Digest => `sha256:${text.repeat(64).slice(0, 64)}` as Digest;

const planned = (name: string, verdict: PlannedStep['verdict'], more: Partial<PlannedStep> = {}): PlannedStep => ({
  id: id(name),
  title: `Title of ${name}`,
  after: [],
  effect: 'remote',
  changes: [],
  verdict,
  ...more,
});

const planOf = (steps: readonly PlannedStep[]): Plan => ({
  apiVersion: 'strata.dev/plan/v1',
  id: digest('a'),
  spec: digest('b'),
  platform: 'demo',
  environment: 'local',
  steps,
});

describe('a plan for people', () => {
  const steps = [
    planned('image/node/build', 'keep'),
    planned('toolchain/tool/kubeadm', 'keep'),
    planned('kubernetes/cluster/init', 'change', {
      changes: [{ what: 'version', from: 'v1.36.0', to: 'v1.37.2' }],
      expectedMs: 40_000,
    }),
    planned('kubernetes/cluster/join', 'unknown', { after: [id('kubernetes/cluster/init')], expectedMs: 12_000 }),
    planned('services/core/old', 'remove', { effect: 'destructive' }),
    planned('services/core/new', 'create'),
  ];
  it('groups by layer, says what changes and how long', () => {
    expect(renderPlan(planOf(steps), style)).toBe(
      [
        'Plan for demo/local',
        '+ create  ~ change  - remove  ? waits for an earlier output  = keep',
        '',
        'toolchain  = 1 kept',
        'image  = 1 kept',
        'kubernetes',
        '  ~ cluster/init                                 Title of kubernetes/cluster/init            ~40.0s',
        '      version: v1.36.0 -> v1.37.2',
        '  ? cluster/join                                 Title of kubernetes/cluster/join            ~12.0s',
        '',
        'services',
        '  - core/old                                     Title of services/core/… (destroys data)',
        '  + core/new                                     Title of services/core/new',
        '',
        '1 to create, 1 to change, 1 to remove, 1 known later, 2 kept;',
        'about 52.0s, plus 2 steps that never ran here.',
        '',
      ].join('\n'),
    );
  });
  it('says so where there is nothing to do', () => {
    const nothing = planOf(steps.slice(0, 2));
    expect(hasChanges(nothing)).toBe(false);
    expect(expected(nothing)).toBeUndefined();
    expect(renderPlan(nothing, style)).toContain('Nothing to do: all 2 steps are as wanted.');
  });
});

describe('the status', () => {
  const state: RunState = {
    run: 'up-1',
    mode: 'up',
    startedAt: '2026-01-01T00:00:00.000Z',
    steps: new Map([
      [id('image/node/build'), { step: id('image/node/build'), title: 'Build', phase: 'kept', attempt: 1, durationMs: 200 }],
      [
        id('kubernetes/cluster/init'),
        {
          step: id('kubernetes/cluster/init'),
          title: 'Init',
          phase: 'failed',
          attempt: 1,
          durationMs: 4000,
          failure: failure('tool-failed', 'KUBEADM-INIT', 'kubeadm ended with 1', { say: 'look' }),
        },
      ],
      [
        id('services/core/flux'),
        { step: id('services/core/flux'), title: 'Flux', phase: 'skipped', attempt: 0, because: id('kubernetes/cluster/init') },
      ],
      [
        id('infrastructure/machines/cp-1'),
        { step: id('infrastructure/machines/cp-1'), title: 'Machine', phase: 'running', attempt: 1 },
      ],
    ]),
    plan: [],
    records: new Map([
      [
        id('toolchain/tool/kubeadm'),
        { fingerprint: digest('c'), inputs: {}, outputs: null, at: '2025-12-31T00:00:00.000Z', durationMs: 20_000 },
      ],
    ]),
    evidence: [],
    lastSeq: 9,
  };
  it('tells a run that was cut short from one that goes on', () => {
    const cut = renderStatus({ platform: 'demo', environment: 'local', state }, style);
    expect(cut).toBe(
      [
        'demo/local  last run (up) started 2026-01-01T00:00:00.000Z, was cut short; "strata up" goes on; 1 steps stand',
        '✔ toolchain/tool/kubeadm       stands       20.0s  since 2025-12-31T00:00:00.000Z',
        '= image/node/build             kept         200ms',
        '⊘ infrastructure/machines/cp-1 unknown             was running when the run was cut short',
        '✖ kubernetes/cluster/init      failed        4.0s  kubeadm ended with 1 [KUBEADM-INIT]',
        '⊘ services/core/flux           skipped             because kubernetes/cluster/init failed',
        '',
      ].join('\n'),
    );
    const holder = { pid: 42, command: 'up', since: '2026-01-01T00:00:00.000Z' };
    const held = renderStatus({ platform: 'demo', environment: 'local', state, holder }, style);
    expect(held).toContain('a run is under way: up (process 42');
    expect(held).toContain('● infrastructure/machines/cp-1 running');
  });
  it('is plain data for programs', () => {
    const document = JSON.parse(JSON.stringify(statusDocument({ platform: 'demo', environment: 'local', state })));
    expect(document).toMatchObject({ kind: 'Status', steps: { length: 4 }, standing: [{ step: 'toolchain/tool/kubeadm' }] });
  });
});

describe('answers', () => {
  it('say why a step would run', () => {
    const text = renderExplanation(
      {
        step: id('kubernetes/cluster/init'),
        title: 'Start the control plane',
        verdict: 'change',
        reason: 'inputs-changed',
        changes: [{ what: 'version', from: 'v1.36.0', to: 'v1.37.2' }],
        fingerprint: { recorded: digest('a'), now: digest('b') },
        recordedAt: '2026-01-01T00:00:00.000Z',
        lastDurationMs: 41_000,
      },
      style,
    );
    expect(text).toBe(
      [
        'kubernetes/cluster/init  Start the control plane',
        '  It would be changed: it was made from other inputs.',
        '  What differs:',
        '    version: v1.36.0 -> v1.37.2',
        '  Last finished 2026-01-01T00:00:00.000Z in 41.0s.',
        '  Fingerprint aaaaaaaaaaaa then, bbbbbbbbbbbb now.',
        '',
      ].join('\n'),
    );
  });
  it('list evidence and never hide what was not checked', () => {
    const one = (verdict: 'pass' | 'fail' | 'not-checked', claim: string) => ({
      step: id('image/node/scan'),
      claim,
      verdict,
      at: '',
    });
    expect(renderEvidence([one('pass', 'a'), one('not-checked', 'b')], style)).toBe(
      'image/node/scan\n  ✔ a\n  ⊘ b (not-checked)\n1 passed, 0 failed, 1 not checked\n',
    );
    expect(renderEvidence([], style)).toBe('No run has left evidence yet.\n');
  });
  it('tell how to reach what stands', () => {
    expect(
      renderReach(
        {
          machines: [{ name: 'cp-1', address: '10.77.0.11' }],
          kubeconfig: '/x/kubeconfig',
          urls: [{ name: 'hello', url: 'http://10.77.0.21:30080' }],
        },
        style,
      ),
    ).toBe(
      'machines     cp-1 10.77.0.11\ncluster      kubectl --kubeconfig /x/kubeconfig get nodes,pods -A\nhello        http://10.77.0.21:30080\n',
    );
  });
});

const report: DrillReport = {
  apiVersion: 'strata.dev/drill/v1',
  platform: 'demo',
  environment: '<local>',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:02:00.000Z',
  totalMs: 120_000,
  budgetMs: 3_600_000,
  verdict: 'fail',
  phases: [{ name: 'kubernetes', startedAt: '2026-01-01T00:00:10.000Z', durationMs: 100_000, steps: 2 }],
  steps: [
    {
      id: 'kubernetes/cluster/init',
      title: 'A <script>alert("x")</script> & more',
      phase: 'kubernetes',
      startedAt: '2026-01-01T00:00:10.000Z',
      durationMs: 60_000,
      verdict: 'done',
      critical: true,
    },
    {
      id: 'kubernetes/cluster/join',
      title: 'Join',
      phase: 'kubernetes',
      startedAt: '2026-01-01T00:01:10.000Z',
      durationMs: 40_000,
      verdict: 'failed',
      critical: true,
    },
  ],
  criticalPath: ['kubernetes/cluster/init', 'kubernetes/cluster/join'],
  evidence: [{ step: id('kubernetes/cluster/init'), claim: '"quoted" <b>', verdict: 'fail', controls: ['NIST(AC-6)'], at: '' }],
  failures: [{ step: 'kubernetes/cluster/join', code: 'SSH-DENIED', message: 'no <entry>' }],
  limits: ['State is not restored.'],
};

describe('a drill', () => {
  it('is told with its clock, chain, failures and limits', () => {
    const text = renderDrill(report, style);
    expect(text).toContain('✖ failed, 2:00 of 60:00 (3%)');
    expect(text).toContain('  kubernetes           0:10    1m 40s      2');
    expect(text).toContain('✖ kubernetes/cluster/join: no <entry> [SSH-DENIED]');
    expect(text).toContain('  - State is not restored.');
  });

  const page = renderTimeline(report);
  it('is a page that escapes everything it is told', () => {
    expect(page).not.toMatch(/<script|<local>|<entry>/);
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; more');
    expect(page).toContain('no &lt;entry&gt;');
  });
  it('needs nothing from anywhere', () => {
    expect(page).not.toMatch(/\b(src|href)=|url\(|@import|https?:/);
    expect(page).toContain("default-src 'none'");
  });
  it('closes every element it opens', () => {
    const open: string[] = [];
    const empty = new Set(['meta', 'br', '!doctype']);
    for (const [, close, name = '', self] of page
      .replace(/<style>[\s\S]*?<\/style>/, '')
      .matchAll(/<(\/?)([a-z!][a-z0-9]*)[^>]*?(\/?)>/g)) {
      if (close === '/') expect(open.pop()).toBe(name);
      else if (self !== '/' && !empty.has(name)) open.push(name);
    }
    expect(open).toEqual([]);
  });
  it('is drawn also where there was no time and no step', () => {
    expect(() => renderTimeline({ ...report, totalMs: 0, phases: [], steps: [], evidence: [], failures: [] })).not.toThrow();
  });
});
