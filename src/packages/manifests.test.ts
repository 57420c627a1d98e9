import { expect, test } from 'vitest';
import { parseManifests } from './manifests.js';

const pod = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n`;

test('each object keeps the line it begins at', () => {
  const read = parseManifests(`# first\n${pod('a')}---\n${pod('b')}`, 'x.yaml');
  expect(read.ok && read.value.map((one) => [one.object.metadata.name, one.from.line])).toEqual([
    ['a', 2],
    ['b', 7],
  ]);
});

test('a List is its items, an empty document is nothing', () => {
  const read = parseManifests(
    `---\n---\napiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Pod, metadata: {name: a}}\n`,
    'x.yaml',
  );
  expect(read.ok && read.value.length).toBe(1);
});

test('every problem is named with its place', () => {
  const read = parseManifests(`kind: Pod\n---\na: [\n---\n${pod('a')}`, 'x.yaml');
  expect(read).toMatchObject({
    ok: false,
    error: [{ code: 'MANIFEST-INVALID', where: { line: 1 } }, { code: 'MANIFEST-INVALID' }],
  });
});

test('an alias bomb is a problem, not a hang', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`;
  expect(parseManifests(bomb, 'x.yaml')).toMatchObject({ ok: false });
});
