import { describe, expect, it } from 'vitest';
import type { PrerequisiteReport, Scheduled } from '../model/index.js';
import { amountOf, prerequisitesCsv, prerequisitesMarkdown, renderPrerequisites, requestFor } from './prerequisites.js';
import { prerequisitesPage } from './prerequisites-page.js';

const item = (id: string, more: Partial<Scheduled> = {}): Scheduled => ({
  id,
  kind: 'quota',
  what: `what of ${id}`,
  why: 'because',
  items: [],
  for: 'infrastructure/machines',
  owner: 'cloud',
  leadDays: 2,
  after: [],
  met: false,
  ask: '2026-11-24',
  expect: '2026-11-26',
  ...more,
});
const owner = { name: 'cloud', title: 'Cloud team', contact: 'cloud@corp.example' };
const report: PrerequisiteReport = {
  platform: 'shop',
  environment: 'production',
  situation: 'restricted',
  start: '2026-11-24',
  ready: '2026-11-28',
  critical: ['a', 'b'],
  owners: [owner, { name: 'idle', title: 'Idle team' }],
  silent: ['kubernetes/odd'],
  items: [
    item('a', { number: { value: 1, unit: 'addresses' } }),
    item('b', {
      after: ['a'],
      ask: '2026-11-26',
      expect: '2026-11-28',
      items: ['=cmd()', '<script>x</script>', 'c | d', 'e', 'f'],
    }),
    item('c', { met: true }),
  ],
};

describe('prerequisites', () => {
  it.each([
    [1, 'addresses', '1 address'],
    [1, 'vCPUs', '1 vCPU'],
    [1, 'GiB', '1 GiB'],
    [1, 'machines', '1 machine'],
    [2, 'addresses', '2 addresses'],
  ])('count %i %s as %s', (value, unit, text) => {
    expect(amountOf({ value, unit })).toBe(text);
  });
  it('are a page that nothing in a definition breaks out of', () => {
    const page = prerequisitesPage(report);
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;x&lt;/script&gt;');
    expect(page).toContain("default-src 'none'");
    // b is asked for on the third of five days, and there on the last.
    expect(page).toContain('title="2026-11-26 to 2026-11-28"><i style="left:50%;width:50%"></i>');
    expect(page).toContain('<summary>5 entries</summary>');
    expect(page).toContain('Nothing is known of what these need: kubernetes/odd');
  });
  it('say what decides the day, on the terminal and in the document', () => {
    expect(renderPrerequisites(report)).toContain('! decides the day: a → b');
    expect(prerequisitesMarkdown(report)).toContain('| 2026-11-28 | quota | what of b | Cloud team | 2 working days | `b` |');
  });
  it('are requests that name what they wait for in words, and not what is met', () => {
    const text = requestFor(report, owner);
    expect(text).toContain(
      'To: Cloud team <cloud@corp.example>\nSubject: shop production: 2 requests, the last needed by 2026-11-28',
    );
    expect(text).toContain('2. what of b\n   Needed by 2026-11-28, after: what of a. because\n   - =cmd()');
    expect(text).not.toContain('what of c');
  });
  it('are cells that a spreadsheet does not run', () => {
    expect(prerequisitesCsv({ ...report, items: [item('a', { what: '=1+1', items: ['-1'] })] })).toContain("a,quota,'=1+1,");
  });
});
