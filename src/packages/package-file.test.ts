import { expect, test } from 'vitest';
import { parsePackage } from './package-file.js';

const head = 'apiVersion: strata.dev/v1alpha1\nkind: Package\nmetadata: { name: p }\nspec:\n  title: P\n';

test.each([
  ['a key nobody knows', `${head}  colour: red\n`, "has no key 'colour'", 6],
  ['a port that is none', `${head}  network:\n    ingress:\n      - { port: 0, why: x }\n`, '/spec/network/ingress/0', 8],
  ['a folder that climbs', `${head}  source:\n    chart: { folder: ../x }\n`, 'chart', 7],
  ['an archive without digest', `${head}  source:\n    chart: { archive: a.tgz }\n`, 'chart', 7],
  ['a name that is not the folder', head.replace('name: p', 'name: q'), "but the folder is 'p'", 3],
])('%s is named with its line', (_, text, why, line) => {
  const read = parsePackage('p', text, 'catalog/packages/p/package.yaml');
  expect(read).toMatchObject({ ok: false, where: { file: 'catalog/packages/p/package.yaml', line } });
  expect(read.ok ? '' : read.why).toContain(why);
});

test('every place a chart may come from is read', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  for (const chart of [
    { module: 'm', folder: 'charts/x' },
    { folder: 'chart', charts: [{ module: 'm', folder: 'x' }] },
    { archive: 'charts/x-1.tgz', digest },
    { oci: 'oci://r.example/x', version: '1' },
    { repository: 'https://r.example', name: 'x', version: '1', digest },
  ])
    expect(parsePackage('p', `${head}  source: ${JSON.stringify({ chart })}\n`).ok).toBe(true);
});
