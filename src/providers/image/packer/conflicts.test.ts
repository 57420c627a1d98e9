import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readImage, readScap, readTailoring } from './catalog-data.js';
import { acceptedBy, deviationsOf, readConflicts, waiverPage } from './conflicts.js';
import { systemIds, systemOf } from './systems.js';

const catalog = resolve(import.meta.dirname, '../../../../catalog');
const text = (path: string): string => readFileSync(join(catalog, path), 'utf8');
const table = readConflicts(text('hardening/conflicts.yaml'));

test('more than twenty conflicts, each with rules, reason and waiver', () => {
  expect(table.length).toBeGreaterThanOrEqual(20);
  expect(new Set(table.map(({ id }) => id)).size).toBe(table.length);
  for (const { rules } of table) expect(Object.keys(rules).length).toBeGreaterThan(0);
});

test('no rule stands in two conflicts', () => {
  const rules = table.flatMap((one) => Object.keys(one.rules));
  expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([]);
});

test('names only operating systems and profiles that can be chosen', () => {
  for (const { rules } of table)
    for (const where of Object.values(rules))
      for (const [os, profiles] of Object.entries(where)) {
        const system = systemIds.find((id) => id === os);
        expect(system).toBeDefined();
        if (system !== undefined) for (const profile of profiles) expect(systemOf(system).profiles).toContain(profile);
      }
});

test.each(systemIds)('%s: what a definition may choose is what the catalog has', (os) => {
  const scap = readScap(text(`image/${os}/scap.yaml`));
  expect(Object.keys(scap.profiles).sort()).toEqual([...systemOf(os).profiles].sort());
  const image = readImage(text(`image/${os}/image.yaml`));
  expect(image).toMatchObject({ os, family: systemOf(os).family, title: systemOf(os).title });
});

const matches = (pattern: string, rule: string): boolean =>
  pattern.endsWith('*') ? rule.startsWith(pattern.slice(0, -1)) : pattern === rule;

test.each(systemOf('debian-12').profiles)("Debian 12's own tailoring tells the same as the table: %s", (profile) => {
  const tailoring = readTailoring(text('image/debian-12/tailoring.yaml')).filter(({ treatment }) => treatment === 'accepted');
  const deviations = deviationsOf(table, 'debian-12', profile);
  const leftOut = acceptedBy(deviations).map(({ rule }) => rule);
  const kept = deviations.filter(({ tailoring: how }) => how === 'keep').flatMap(({ rules }) => rules);
  const covered = (rule: string): boolean => tailoring.some((one) => matches(one.rule, rule));
  expect(leftOut.filter((rule) => !covered(rule))).toEqual([]);
  expect(kept.filter(covered)).toEqual([]);
});

test('STIG of RHEL 9 meets the platform in the places that everybody meets', () => {
  const ids = deviationsOf(table, 'rhel-9', 'stig').map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(['ip-forward', 'user-namespaces', 'fapolicyd', 'firewalld', 'umask', 'fips-mode']));
  expect(deviationsOf(table, 'rhel-9', 'none')).toEqual([]);
});

test('the page for the assessor has rule, reason and setting of each', () => {
  const page = waiverPage(deviationsOf(table, 'rhel-9', 'stig'), { os: 'rhel-9', profile: 'stig' });
  expect(page).toContain('`package_fapolicyd_installed`, `service_fapolicyd_enabled`');
  expect(page).toContain('Setting of the platform: net.ipv4.ip_forward = 1');
});

test('another form is refused with its place', () => {
  expect(() => readConflicts('conflicts: [{ id: a }]')).toThrow(/conflicts.yaml: \/conflicts\/0/);
});
