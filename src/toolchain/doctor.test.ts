import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestMachine, testMachine } from '../../test/support/machine.js';
import { examineToolchain, type ToolReport } from './doctor.js';
import { obtainAll } from '../../test/support/obtain-all.js';
import type { ImagePin, Toolchain, ToolPin } from './pins.js';
import { planToolchain } from './plan.js';
import { discardDamaged } from './repair.js';

let m: TestMachine;
beforeEach(async () => {
  m = await testMachine();
});
afterEach(() => m.close());

const image: ImagePin = { name: 'app', ref: 'a.b/app:1', tools: { built: '/app' }, entrypoint: ['/app'] };
const probe = { args: [], pattern: 'v([0-9.]+)' };
const pins: readonly ToolPin[] = [
  { name: 'built', version: 'v1', sources: [{ goModule: { dir: 'x', package: 'example.com/built' } }] },
  { name: 'old', path: '>=2', probe, sources: [{ debian: { package: 'old' } }] },
  { name: 'fine', path: '>=2', probe, sources: [] },
  { name: 'nowhere', path: '>=2', probe, sources: [] },
  { name: 'wheel', version: 'v1', sources: [{ pypi: { package: 'wheel-x', version: '1', sha256: 'a'.repeat(64), file: 'x' } }] },
];

const chain = (): Toolchain => ({
  tools: new Map(pins.map((pin) => [pin.name, pin])),
  images: new Map([[image.name, image]]),
  leaveOut: [],
  folders: new Map(),
  roots: { toolchain: join(m.root, 'home/toolchain'), examples: '/e', project: '/p' },
});

const examine = (depth: 'quick' | 'thorough' = 'quick') =>
  examineToolchain(m.w, chain(), {
    tools: ['built', 'old', 'fine', 'nowhere', 'wheel'].map((tool) => ({ tool, by: 'image/packer', why: 'to test' })),
    images: [{ image: 'app', by: 'services/core' }],
    depth,
  });

const find = (tools: readonly ToolReport[], name: string): ToolReport => {
  const found = tools.find((tool) => tool.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

async function programs(): Promise<void> {
  await m.program('old', 'echo v1.9');
  await m.program('fine', 'echo v2.1');
  await m.program(
    'go',
    'case "$1" in env) echo go1.26.8;; *) for a in "$@"; do [ "$p" = -o ] && out=$a; p=$a; done; echo bytes > "$out"; chmod 755 "$out";; esac',
  );
  await m.put('home/toolchain/go/x/go.mod', 'module x');
}

test('says for each thing what is there, why it is needed, and every way to get it', async () => {
  await programs();
  const { tools, ready } = await examine();
  expect(ready).toBe(false);
  expect(find(tools, 'fine')).toMatchObject({ state: 'found', version: '2.1', ways: [] });
  expect(find(tools, 'old')).toMatchObject({
    state: 'obtainable',
    ways: [
      { source: 'PATH', usable: false, note: expect.stringContaining('1.9') },
      { needs: 'consent', usable: true },
    ],
  });
  expect(find(tools, 'nowhere')).toMatchObject({ state: 'missing', ways: [] });
  expect(find(tools, 'built')).toMatchObject({ state: 'obtainable', ways: [{ needs: 'cache-or-network', usable: true }] });
  expect(find(tools, 'built').why).toEqual(['image/packer: to test', 'toolchain/image/app: is in the image']);
  expect(find(tools, 'app')).toMatchObject({ kind: 'image', state: 'obtainable', why: ['services/core: runs in the cluster'] });
});

test.each([
  ['none', 'exit 127', 'go is not on PATH'],
  ['too old a', 'echo go1.21.3', 'go1.21.3 is older than 1.26'],
])('with %s Go, what is built from Go cannot be had', async (_what, script, note) => {
  await m.program('go', script);
  const { tools } = await examine();
  expect(find(tools, 'built')).toMatchObject({ state: 'missing', ways: [{ usable: false, note }] });
});

test('after an installation all is ready; a thorough look finds changed bytes, and repair sets them aside', async () => {
  await programs();
  const steps = planToolchain(chain(), { tools: ['built'], images: ['app'] });
  expect((await obtainAll(m.w, steps, () => undefined)).ok).toBe(true);
  const good = await examine('thorough');
  expect([find(good.tools, 'built').state, find(good.tools, 'app').state]).toEqual(['ready', 'ready']);
  const file = find(good.tools, 'built').location ?? '';
  const stat = await m.w.stat(file);
  writeFileSync(file, 'BYTES\n');
  const { utimesSync } = await import('node:fs');
  // The middle of the same millisecond: seconds are a fraction there, and its rounding must not end in the one before.
  utimesSync(file, new Date(), (Math.trunc(stat?.modifiedMs ?? 0) + 0.5) / 1000);
  expect(find((await examine('quick')).tools, 'built').state).toBe('ready');
  const bad = await examine('thorough');
  expect(find(bad.tools, 'built').state).toBe('damaged');
  expect((await discardDamaged(m.w, chain(), bad)).ok).toBe(true);
  expect(find((await examine()).tools, 'built').state).toBe('obtainable');
});

test('looking changes nothing', async () => {
  await programs();
  await examine('thorough');
  expect(await m.w.list(m.w.paths.cache)).toEqual([]);
});
