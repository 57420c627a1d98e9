import { describe, expect, it } from 'vitest';
import type { Diagnostic, RehearsalReport, RehearsedNode, RehearsedPackage } from '../model/index.js';
import { renderRehearsal } from './rehearsal.js';
import { bytes, cores, fullness, shareOf, totalsOf } from './rehearsal-figures.js';
import { renderRehearsalPage } from './rehearsal-page.js';

const style = { color: false, unicode: true, columns: 100 };
const gi = 2 ** 30;

const pack = (name: string, more: Partial<RehearsedPackage> = {}): RehearsedPackage => ({
  name,
  layer: 'services',
  after: [],
  applied: 4,
  objects: 4,
  verdict: 'ready',
  startedMs: 1000,
  readyMs: 3500,
  part: 'played',
  programs: [],
  requests: { cpu: 0.25, memoryBytes: gi / 2, pods: 2, storageBytes: 0 },
  ...more,
});

const node = (name: string, usedCpu: number, more: Partial<RehearsedNode> = {}): RehearsedNode => ({
  name,
  role: 'worker',
  cpu: 8,
  memoryBytes: 32 * gi,
  usedCpu,
  usedMemoryBytes: 2 * gi,
  pods: 3,
  ...more,
});

const passing: RehearsalReport = {
  format: 'strata.dev/rehearsal/v1',
  platform: 'large',
  environment: 'production',
  at: '2026-11-24T10:00:00.000Z',
  verdict: 'pass',
  kubernetes: 'v1.37.2',
  warm: true,
  totalMs: 12_000,
  phases: [
    { name: 'render', startMs: 0, endMs: 2000 },
    { name: 'packages', startMs: 2000, endMs: 12_000 },
  ],
  packages: [
    pack('gatekeeper', { version: '3.23.0', part: 'real', programs: ['gatekeeper'], startedMs: 0, readyMs: 4000 }),
    pack('loki', { after: ['gatekeeper'], requests: { cpu: 1, memoryBytes: gi, pods: 1, storageBytes: 10 * gi } }),
    pack('namespaces', { part: 'none', requests: { cpu: 0, memoryBytes: 0, pods: 0, storageBytes: 0 } }),
  ],
  nodes: [node('worker-1', 1), node('worker-2', 7.5)],
  checks: [
    { subject: 'capacity', claim: 'every pod has a machine', verdict: 'pass' },
    { subject: 'objects', claim: 'the API server took every object', verdict: 'pass' },
    { subject: 'admission', claim: 'the policies of kyverno were asked', verdict: 'not-checked' },
  ],
  problems: [],
  notProven: ['No image was pulled.'],
};

const refused: Diagnostic = {
  code: 'REHEARSE-REFUSED',
  severity: 'error',
  message: 'Deployment/logging/loki was refused',
  where: { file: 'catalog/packages/loki/values.yaml', line: 12, column: 3 },
  remedies: [{ say: 'Give it a limit.', command: 'strata validate' }],
};
const failing: RehearsalReport = {
  ...passing,
  verdict: 'fail',
  warm: false,
  packages: [
    pack('gatekeeper'),
    { ...pack('loki', { verdict: 'failed', applied: 3 }), readyMs: undefined as never },
    {
      ...pack('grafana', { verdict: 'skipped', applied: 0, after: ['loki'] }),
      startedMs: undefined as never,
      readyMs: undefined as never,
    },
  ],
  checks: [{ subject: 'objects', claim: 'the API server took every object', verdict: 'fail' }],
  problems: [refused],
};

describe('a rehearsal as text', () => {
  it('says the verdict first and the limits last, and fits the terminal', () => {
    const text = renderRehearsal(passing, style);
    expect(text).toBe(
      [
        'Rehearsal of large/production: ✔ passed in 12.0s (warm), Kubernetes v1.37.2',
        '  3 of 3 packages ready, 12 of 12 objects taken, 1 with their own program running',
        '  ⊘ 1 check not made: see below',
        '  render 2.0s, packages 10.0s',
        '',
        '    package             objects   from     time  part    after',
        '  ✔ gatekeeper 3.23.0       4/4   0:00     4.0s  real    ·',
        '  ✔ loki                    4/4   0:01     2.5s  played  gatekeeper',
        '  ✔ namespaces              4/4   0:01     2.5s  none    ·',
        '',
        '2 machines, fullest first: 8.5 of 16 cores (53%) and 4Gi of 64Gi memory (6%) requested by 6 pods',
        '    worker-2  cpu ━━━━━━━━━┄     7.5/8  memory ━┄┄┄┄┄┄┄┄┄      2Gi/32Gi',
        '    worker-1  cpu ━┄┄┄┄┄┄┄┄┄       1/8  memory ━┄┄┄┄┄┄┄┄┄      2Gi/32Gi',
        '',
        'Checks: 2 passed, 0 failed, 1 not made',
        '  objects     ✔ the API server took every object',
        '  admission   ⊘ not checked: the policies of kyverno were asked',
        '  capacity    ✔ every pod has a machine',
        '',
        'What this does not prove:',
        '  - No image was pulled.',
        '',
      ].join('\n'),
    );
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
  it('names what failed, where, and what to do', () => {
    const text = renderRehearsal(failing, { ...style, command: (typed) => typed.replace('strata', './strata') });
    expect(text).toContain('✖ failed in 12.0s (cold)');
    expect(text).toContain('  ✖ loki             3/4   0:01   failed  played');
    expect(text).toContain('  ⊘ grafana          0/4      -  skipped  played  loki');
    expect(text).toContain(
      'Problems: 1 error\ncatalog/packages/loki/values.yaml:12:3: error: Deployment/logging/loki was refused',
    );
    expect(text).toContain('→ Give it a limit.\n    $ ./strata validate');
  });
  it('shows errors first and all of them, the same once, and a few of many warnings alike', () => {
    const warning = (n: number): Diagnostic => ({
      ...refused,
      severity: 'warning',
      code: 'IMAGE-NO-DIGEST',
      message: `image ${n}`,
    });
    const problems = [...[1, 2, 3, 4, 5].map(warning), refused, warning(1), { ...refused, message: 'another' }];
    const text = renderRehearsal({ ...failing, problems }, style);
    expect(text).toContain('Problems: 2 errors, 5 warnings\ncatalog/packages/loki/values.yaml:12:3: error: Deployment');
    expect(text).toContain('error: another');
    expect(text).toContain('image 3');
    expect(text).not.toContain('image 4');
    expect(text).toContain('and 2 more of IMAGE-NO-DIGEST: -o json and --html list them');
    const page = renderRehearsalPage({ ...failing, problems });
    expect(page).toContain('<summary>2 more of IMAGE-NO-DIGEST</summary>');
    expect(page.split('image 1').length).toBe(2);
    expect(page).toContain('image 5');
  });
  it('shows the fullest machines and counts the rest', () => {
    const nodes = Array.from({ length: 30 }, (_, n) => node(`worker-${n + 1}`, n / 10));
    const text = renderRehearsal({ ...passing, nodes }, style);
    expect(text).toContain('    worker-30  cpu');
    expect(text).toContain('    and 22 more, none fuller than 26%');
    expect(renderRehearsal({ ...passing, nodes: [] }, style)).toContain('No machines were played');
  });
  it('never paints what was not checked green', () => {
    const text = renderRehearsal(
      { ...passing, checks: [{ subject: 'images', claim: 'digests', verdict: 'not-checked' }] },
      { ...style, color: true },
    );
    expect(text).toContain('\u001b[33m⊘\u001b[39m not checked: digests');
    expect(text).not.toContain('\u001b[32m⊘');
  });
});

describe('the figures', () => {
  it('add up', () => {
    expect(totalsOf(passing)).toEqual({
      ready: 3,
      applied: 12,
      objects: 12,
      real: 1,
      requests: { cpu: 1.25, memoryBytes: 1.5 * gi, pods: 3, storageBytes: 10 * gi },
      offered: { cpu: 16, memoryBytes: 64 * gi },
      placed: { cpu: 8.5, memoryBytes: 4 * gi, pods: 6 },
      checks: { pass: 2, fail: 0, 'not-checked': 1 },
    });
  });
  it('are full where anything is asked of nothing, and say sizes as Kubernetes does', () => {
    expect([shareOf(0, 0), shareOf(1, 0), shareOf(4, 8), fullness(node('a', 4))]).toEqual([0, 1, 0.5, 0.5]);
    expect([bytes(0), bytes(512 * 2 ** 20), bytes(1.5 * gi), bytes(960 * gi)]).toEqual(['0B', '512Mi', '1.5Gi', '960Gi']);
    expect([cores(0.25), cores(3.5), cores(240), cores(0.3000000004)]).toEqual(['0.25', '3.5', '240', '0.3']);
  });
});

describe('a rehearsal as a page', () => {
  it('needs nothing else and is whole', () => {
    const page = renderRehearsalPage(passing);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|https?:|url\(|@import/);
    for (const word of ['✔ passed', 'gatekeeper', 'worker-2', '⊘ not checked', 'What this does not prove'])
      expect(page).toContain(word);
    const opened = [...page.matchAll(/<(section|div|span|table|tbody|tr|td|ul|li|p|b|code|h[1-3])\b/g)].length;
    const closed = [...page.matchAll(/<\/(section|div|span|table|tbody|tr|td|ul|li|p|b|code|h[1-3])>/g)].length;
    expect(opened).toBe(closed);
  });
  it('shows a failure with its place and next step, and never as green', () => {
    const page = renderRehearsalPage(failing);
    expect(page).toContain(
      '<section class="banner fail"><b>✖ failed</b><span>1 of 3 packages ready, 1 failed, 1 not tried, 1 error</span>',
    );
    expect(page).toContain('catalog/packages/loki/values.yaml:12:3');
    expect(page).toContain('Give it a limit. <code>strata validate</code>');
    expect(page).toContain('not tried');
    expect(page).toContain('<span class="fail">✖ fail</span>the API server took every object');
    expect(renderRehearsalPage(passing)).toContain('<span class="not-checked">⊘ not checked</span>');
  });
  it('places the bars on the clock', () => {
    const page = renderRehearsalPage(passing);
    expect(page).toContain('<i class="real" style="left:0%;width:33.33%"></i>');
    expect(page).toContain('<i class="played" style="left:8.33%;width:20.83%"></i>');
    expect(page).toContain('title="cpu: 7.5 of 8 requested, 94%"><i class="near" style="left:0%;width:93.75%"></i>');
  });
});

describe('hostile strings', () => {
  const evil = '"><script>alert(1)</script>\u001b[31m\u202e\'&';
  const hostile: RehearsalReport = {
    ...failing,
    platform: evil,
    environment: evil,
    at: evil,
    kubernetes: evil,
    phases: [{ name: evil, startMs: 0, endMs: 1 }],
    packages: [pack(evil, { version: evil, after: [evil], programs: [evil] })],
    nodes: [node(evil, 99)],
    checks: [{ subject: 'order', claim: evil, verdict: 'pass' }],
    problems: [
      {
        ...refused,
        message: evil,
        where: { file: evil, line: 1, column: 1 },
        remedies: [{ say: evil, command: evil }],
      },
    ],
    notProven: [evil],
  };
  it('stay text in the page', () => {
    const page = renderRehearsalPage(hostile);
    for (const bad of ['<script', '\u001b', '\u202e']) expect(page).not.toContain(bad);
    expect(page).not.toMatch(/="[^"]*"><script/);
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)');
  });
  it('cannot steer a terminal', () => {
    const text = renderRehearsal(hostile, style);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});
