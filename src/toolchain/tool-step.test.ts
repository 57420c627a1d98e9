import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestMachine, testMachine, type TestServer, testServer } from '../../test/support/machine.js';
import { sha256 } from '../../test/support/registry.js';
import type { Result, ToolArtefact } from '../model/index.js';
import type { Toolchain, ToolPin } from './pins.js';
import { planToolchain } from './plan.js';
import { locateTool, type ToolInputs } from './tool-step.js';

let m: TestMachine;
let server: TestServer | undefined;
beforeEach(async () => {
  m = await testMachine();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await m.close();
});

const program = '#!/bin/sh\necho "tool v1.2.3"\n';
const pinOf = (change: Partial<ToolPin>): ToolPin => ({
  name: 'tool',
  version: 'v1.2.3',
  probe: { args: [], pattern: '(v[0-9.]+)' },
  sources: [],
  ...change,
});

function chainOf(...pins: readonly ToolPin[]): Toolchain {
  const roots = {
    toolchain: join(m.root, 'home/toolchain'),
    examples: join(m.root, 'home/examples'),
    project: m.w.paths.project,
  };
  return { tools: new Map(pins.map((pin) => [pin.name, pin])), images: new Map(), leaveOut: [], folders: new Map(), roots };
}

/** Observes, applies where something is missing, and says what happened. */
async function run(
  pin: ToolPin,
  options: { mayInstall?: boolean } = {},
): Promise<{ verdict: 'kept' | 'made'; result: Result<ToolArtefact> }> {
  const [step] = planToolchain(chainOf(pin), { tools: [pin.name], images: [] }, options);
  if (step === undefined) throw new Error('no step');
  const inputs: ToolInputs = step.inputs;
  const got = await step.action.observe(inputs, m.w);
  const there = got.ok ? got.value : undefined;
  if (step.action.diff(inputs, there).length === 0) return { verdict: 'kept', result: got };
  return { verdict: 'made', result: await step.action.apply(inputs, there, m.w) };
}

const serve = async (body: string | Buffer, length?: number): Promise<string> => {
  server = await testServer((_request, response) => {
    response.setHeader('content-length', String(length ?? Buffer.byteLength(body)));
    response.write(body, () => (length === undefined ? response.end() : response.destroy()));
  });
  return `http://${server.address}/tool`;
};

const hex = (body: string | Buffer): string => sha256(body).slice('sha256:'.length);
const quarantined = (): readonly string[] =>
  existsSync(join(m.w.paths.cache, 'quarantine')) ? readdirSync(join(m.w.paths.cache, 'quarantine')) : [];
const leftOver = (): readonly string[] =>
  existsSync(join(m.w.paths.cache, 'tmp')) ? readdirSync(join(m.w.paths.cache, 'tmp')) : [];

test('a download with the pinned digest becomes the tool, once', async () => {
  const pin = pinOf({ sources: [{ download: { url: await serve(program), sha256: hex(program) } }] });
  const first = await run(pin);
  expect(first).toMatchObject({
    verdict: 'made',
    result: { ok: true, value: { name: 'tool', version: 'v1.2.3', digest: sha256(program) } },
  });
  expect(await run(pin)).toMatchObject({ verdict: 'kept', result: first.result });
  expect(server?.seen).toHaveLength(1);
  const file = await locateTool(chainOf(pin), m.w.paths.cache, 'tool', m.w);
  expect(readFileSync(file ?? '', 'utf8')).toBe(program);
  expect(leftOver()).toEqual([]);
});

test('another digest ends the search: the next source is not even asked', async () => {
  const pin = pinOf({
    sources: [{ download: { url: await serve(program), sha256: hex('other') } }, { debian: { package: 'tool' } }],
  });
  const { result } = await run(pin, { mayInstall: true });
  expect(result).toMatchObject({ ok: false, error: { kind: 'corrupt', diagnostic: { code: 'TOOL-DIGEST' } } });
  expect(await locateTool(chainOf(pin), m.w.paths.cache, 'tool', m.w)).toBeUndefined();
  expect(leftOver()).toEqual([]);
});

test('a download cut short passes on to the next source and is named in the end', async () => {
  const pin = pinOf({
    sources: [{ download: { url: await serve(program, 4000), sha256: hex(program) } }, { debian: { package: 'tool' } }],
  });
  const { result } = await run(pin);
  expect(result).toMatchObject({
    ok: false,
    error: { kind: 'tool-missing', diagnostic: { code: 'TOOL-MISSING', remedies: [{ command: 'strata doctor --install' }] } },
  });
  if (result.ok) throw new Error('made from half a file');
  expect(result.error.diagnostic.message).toContain('/tool');
  expect(result.error.diagnostic.message).toContain('nobody allowed it');
});

test('a redirect is followed, one that leaves encryption or never ends is not', async () => {
  server = await testServer((request, response) => {
    const hops = Number(request.url?.slice(1));
    if (hops > 0) response.writeHead(302, { location: `/${hops - 1}` }).end();
    else response.end(program);
  });
  const at = (path: string) =>
    pinOf({ sources: [{ download: { url: `http://${server?.address}/${path}`, sha256: hex(program) } }] });
  expect((await run(at('3'))).result.ok).toBe(true);
  expect((await run(at('9'))).result).toMatchObject({ ok: false, error: { diagnostic: { code: 'TOOL-MISSING' } } });
});

test('an archive gives the file that is named, or a failure', async () => {
  await m.put('pack/bin/tool', program, 0o644);
  const { execFileSync } = await import('node:child_process');
  execFileSync('tar', ['-czf', join(m.root, 'pack.tgz'), '-C', join(m.root, 'pack'), 'bin']);
  const bytes = readFileSync(join(m.root, 'pack.tgz'));
  const url = await serve(bytes);
  const pin = (file: string) => pinOf({ sources: [{ download: { url, sha256: hex(bytes), archive: 'tar', file } }] });
  expect((await run(pin('bin/tool'))).result.ok).toBe(true);
  const absent = await run(pin('bin/absent'));
  expect(absent.result).toMatchObject({ ok: false, error: { diagnostic: { code: 'TOOL-MISSING' } } });
});

test('a program that says another version than the pin is not taken', async () => {
  const other = program.replace('v1.2.3', 'v1.2.4');
  const pin = pinOf({ sources: [{ download: { url: await serve(other), sha256: hex(other) } }] });
  expect((await run(pin)).result).toMatchObject({ ok: false, error: { diagnostic: { code: 'TOOL-VERSION' } } });
});

test('what is damaged in the cache is set aside and obtained again', async () => {
  const pin = pinOf({ sources: [{ download: { url: await serve(program), sha256: hex(program) } }] });
  await run(pin);
  const file = (await locateTool(chainOf(pin), m.w.paths.cache, 'tool', m.w)) ?? '';
  writeFileSync(file, 'half a pro');
  expect(await run(pin)).toMatchObject({ verdict: 'made', result: { ok: true } });
  expect(readFileSync(file, 'utf8')).toBe(program);
  expect(quarantined()).toHaveLength(1);
});

test.each([
  ['gone', (file: string) => rmSync(file)],
  ['not JSON', (file: string) => writeFileSync(file, '{')],
  ['of another shape', (file: string) => writeFileSync(file, '{"name":1}')],
])('a receipt that is %s counts as no receipt', async (_what, spoil) => {
  const pin = pinOf({ sources: [{ download: { url: await serve(program), sha256: hex(program) } }] });
  await run(pin);
  const file = (await locateTool(chainOf(pin), m.w.paths.cache, 'tool', m.w)) ?? '';
  spoil(join(file, '../../receipt.json'));
  expect(await locateTool(chainOf(pin), m.w.paths.cache, 'tool', m.w)).toBeUndefined();
  expect(await run(pin)).toMatchObject({ verdict: 'made', result: { ok: true } });
});

test('PATH serves where its version will do, and is looked at again when the program changes', async () => {
  const file = await m.program('tool', 'echo "tool v1.2.3"');
  const pin = pinOf({ version: 'v1', path: '>=1.2 <2', sources: [] });
  expect(await run(pin)).toMatchObject({ verdict: 'made', result: { ok: true, value: { version: 'v1.2.3' } } });
  expect((await run(pin)).verdict).toBe('kept');
  writeFileSync(file, '#!/bin/sh\necho "tool v1.9.0 now"\n');
  expect(await run(pin)).toMatchObject({ verdict: 'made', result: { ok: true, value: { version: 'v1.9.0' } } });
  expect(quarantined()).toEqual([]);
});

test.each([
  ['too old', 'echo "tool v1.1.9"', 'is v1.1.9, wanted >=1.2 <2'],
  ['too new', 'echo "tool v2.0.0"', 'is v2.0.0'],
  ['silent', 'exit 0', 'does not tell its version'],
  ['broken', 'exit 127', 'does not tell its version'],
])('a program on PATH that is %s does not do', async (_what, script, why) => {
  await m.program('tool', script);
  const { result } = await run(pinOf({ path: '>=1.2 <2' }));
  if (result.ok) throw new Error('taken');
  expect(result.error.kind).toBe('tool-missing');
  expect(result.error.diagnostic.message).toContain(why);
});

test('a system package is installed only where that is allowed', async () => {
  const installer = await m.program(
    'apt-get',
    `echo "$@" >> ${join(m.root, 'asked')}; printf '#!/bin/sh\\necho "tool v1.2.3"\\n' > ${join(m.root, 'bin/tool')}; chmod 755 ${join(m.root, 'bin/tool')}`,
  );
  expect(installer).toBeTruthy();
  const pin = pinOf({ path: '>=1.2', sources: [{ debian: { package: 'tool-package' } }] });
  expect((await run(pin)).result).toMatchObject({ ok: false, error: { kind: 'tool-missing' } });
  expect(existsSync(join(m.root, 'asked'))).toBe(false);
  await m.program('tool', 'echo "tool v1.0.0"');
  const allowed = await run(pin, { mayInstall: true });
  expect(allowed.result.ok).toBe(true);
  expect(readFileSync(join(m.root, 'asked'), 'utf8')).toContain('install tool-package');
});

test('a program is built with the pinned flags, one at a time, and a failed build says what go said', async () => {
  const log = join(m.root, 'go.log');
  await m.program(
    'go',
    `echo "$PWD $CGO_ENABLED $GOFLAGS $*" >> ${log}; for a in "$@"; do [ "$p" = -o ] && out=$a; p=$a; done; printf '#!/bin/sh\\necho "v1.2.3"\\n' > "$out"; chmod 755 "$out"`,
  );
  await m.put('home/toolchain/go/mod/go.mod', 'module x');
  const pin = pinOf({ sources: [{ goModule: { dir: 'mod', package: 'example.com/cmd/tool', ldflags: '-s -X a=b' } }] });
  expect((await run(pin)).result.ok).toBe(true);
  expect(readFileSync(log, 'utf8')).toMatch(
    /home\/toolchain\/go\/mod 0 -mod=readonly -buildvcs=false build -trimpath -ldflags -s -X a=b -o \S+ example.com\/cmd\/tool/,
  );
  await m.program('go', 'echo "package foo is not in std" >&2; exit 1');
  const failed = await run(pinOf({ name: 'other', sources: pin.sources }));
  if (failed.result.ok) throw new Error('built');
  expect(failed.result.error.diagnostic.message).toContain('package foo is not in std');
});

test('files of a module are copied writable, and a missing one is named', async () => {
  const module = join(m.root, 'module');
  await m.put('module/config/a.yaml', 'a: 1', 0o444);
  chmodSync(join(module, 'config'), 0o555);
  await m.program('go', `echo '{"Dir":"${module}"}'`);
  await m.put('home/toolchain/go/mod/go.mod', 'module x');
  const pin = (path: string) => pinOf({ sources: [{ goFiles: { dir: 'mod', module: 'example.com/m', paths: [path] } }] });
  expect((await run(pin('config'))).result).toMatchObject({ ok: true, value: { version: 'v1.2.3' } });
  const folder = (await locateTool(chainOf(pin('config')), m.w.paths.cache, 'tool', m.w)) ?? '';
  expect(readFileSync(join(folder, 'config/a.yaml'), 'utf8')).toBe('a: 1');
  const absent = await run(pin('config/b.yaml'));
  if (absent.result.ok) throw new Error('found');
  expect(absent.result.error.diagnostic.message).toContain('config/b.yaml');
  chmodSync(join(module, 'config'), 0o755);
});
