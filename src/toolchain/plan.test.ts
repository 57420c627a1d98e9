import { expect, test } from 'vitest';
import type { Digest } from '../model/index.js';
import { makeMutex } from './mutex.js';
import type { ImagePin, Toolchain, ToolPin } from './pins.js';
import { planToolchain } from './plan.js';
import { refsIn } from './refs.js';

const build = (name: string, dir = name): ToolPin => ({
  name,
  version: 'v1',
  sources: [{ goModule: { dir, package: `example.com/${name}` } }],
});
const crds: ToolPin = {
  name: 'things-crds',
  version: 'v1',
  sources: [{ crds: { dir: 'things', package: 'example.com/things' } }],
};
const image: ImagePin = { name: 'app', ref: 'a.b/app:1', tools: { app: '/app', helper: '/helper' }, entrypoint: ['/app'] };

const chain = (change: Partial<Toolchain> = {}): Toolchain => ({
  tools: new Map([build('app'), build('helper'), build('controller-gen'), crds].map((pin) => [pin.name, pin])),
  images: new Map([[image.name, image]]),
  leaveOut: [],
  folders: new Map([['/t/go/app', 'sha256:one' as Digest]]),
  roots: { toolchain: '/t', examples: '/e', project: '/p' },
  ...change,
});

const plan = (toolchain: Toolchain, tools: readonly string[], images: readonly string[] = []) =>
  planToolchain(toolchain, { tools, images });
const inputsOf = (toolchain: Toolchain, id: string): string =>
  JSON.stringify(plan(toolchain, ['app', 'things-crds'], ['app']).find((step) => step.id === id)?.inputs);

test('one step per thing, whatever the order and number of wishes', () => {
  const ids = (tools: readonly string[], images: readonly string[]) => plan(chain(), tools, images).map(({ id }) => id);
  expect(ids(['helper', 'app', 'app'], ['app', 'app'])).toEqual([
    'toolchain/tool/app',
    'toolchain/tool/helper',
    'toolchain/image/app',
  ]);
  expect(ids(['app', 'helper'], ['app'])).toEqual(ids(['helper', 'app', 'app'], ['app', 'app']));
});

test('an image brings its programs, generated definitions their generator', () => {
  const steps = plan(chain(), ['things-crds'], ['app']);
  expect(steps.map(({ id }) => id)).toEqual([
    'toolchain/tool/app',
    'toolchain/tool/controller-gen',
    'toolchain/tool/helper',
    'toolchain/tool/things-crds',
    'toolchain/image/app',
  ]);
  expect(steps.find(({ id }) => id === 'toolchain/tool/things-crds')?.after).toEqual(['toolchain/tool/controller-gen']);
  expect(refsIn(steps.at(-1)?.inputs).map(({ $step }) => $step)).toEqual(['toolchain/tool/app', 'toolchain/tool/helper']);
});

test('inputs change with version, sources and the content of the Go folder, and with nothing else', () => {
  const id = 'toolchain/tool/app';
  const before = inputsOf(chain(), id);
  const tools = (pin: ToolPin) => chain({ tools: new Map([...chain().tools, [pin.name, pin]]) });
  expect(inputsOf(tools({ ...build('app'), version: 'v2' }), id)).not.toBe(before);
  expect(inputsOf(tools(build('app', 'elsewhere')), id)).not.toBe(before);
  expect(inputsOf(chain({ folders: new Map([['/t/go/app', 'sha256:two' as Digest]]) }), id)).not.toBe(before);
  expect(inputsOf(tools({ ...build('app'), probe: { args: ['-v'], pattern: 'x' } }), id)).toBe(before);
  expect(inputsOf(chain({ folders: new Map([...chain().folders, ['/t/go/helper', 'sha256:x' as Digest]]) }), id)).toBe(before);
  expect(inputsOf(chain({ roots: { toolchain: '/t', examples: '/moved', project: '/moved' } }), id)).toBe(before);
});

test('what Debian packages leave out changes only images made of them', () => {
  expect(inputsOf(chain({ leaveOut: ['perl'] }), 'toolchain/image/app')).toBe(inputsOf(chain(), 'toolchain/image/app'));
  const debian = (leaveOut: readonly string[]) =>
    chain({ leaveOut, images: new Map([['app', { ...image, debian: { packages: ['x'] } }]]) });
  expect(inputsOf(debian(['perl']), 'toolchain/image/app')).not.toBe(inputsOf(debian([]), 'toolchain/image/app'));
});

test('inputs are data: no path of this machine, no time', () => {
  for (const step of plan(chain(), ['app'], ['app'])) expect(JSON.stringify(step.inputs)).not.toMatch(/"\/[tep]\b/);
});

test('an unpinned program must be on PATH; an unpinned image has a step that will say so', () => {
  expect(plan(chain(), ['mount'], ['nowhere']).map(({ id }) => id)).toEqual(['toolchain/tool/mount', 'toolchain/image/nowhere']);
});

test('one at a time, in order, and a failure does not hold up the next', async () => {
  const mutex = makeMutex();
  const log: string[] = [];
  const task = (name: string, fails = false) =>
    mutex(async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([task('a'), task('b', true), task('c')]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
