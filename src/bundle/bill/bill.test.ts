import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { imagePurl } from './bill.js';
import { type Component, purlOf } from './component.js';
import { cyclonedx } from './cyclonedx.js';
import { lookInto } from './facts.js';
import { parseModules } from './go-program.js';
import { parseDpkg } from './layer.js';
import { spdx } from './spdx.js';

const root = mkdtempSync(join(tmpdir(), 'strata-bill-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What the linker writes, in the form since Go 1.18. */
function goProgram(version: string, modules: string, before: number): Buffer {
  const text = (value: Buffer): Buffer => {
    const length: number[] = [];
    for (let rest = value.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) break;
    }
    return Buffer.concat([Buffer.from(length), value]);
  };
  const head = Buffer.alloc(32);
  head.write('\xff Go buildinf:', 0, 'latin1');
  head[14] = 8;
  head[15] = 2;
  const wrapped = Buffer.concat([Buffer.alloc(16, 1), Buffer.from(modules), Buffer.alloc(16, 2)]);
  return Buffer.concat([
    Buffer.from('\x7fELF'),
    Buffer.alloc(before - 4, 7),
    head,
    text(Buffer.from(version)),
    text(wrapped),
    Buffer.alloc(1000),
  ]);
}

const modules =
  'path\tk8s.io/x\nmod\texample.com/own\t(devel)\t\ndep\tgolang.org/x/net\tv0.40.0\th1:abc=\ndep\texample.com/old\tv1.0.0\n=>\texample.com/new\tv2.0.0\th1:def=\nbuild\t-ldflags=x\n';
const found: readonly Component[] = [
  { kind: 'golang', name: 'example.com/new', version: 'v2.0.0' },
  { kind: 'golang', name: 'example.com/own', version: '(devel)' },
  { kind: 'golang', name: 'golang.org/x/net', version: 'v0.40.0' },
  { kind: 'golang', name: 'stdlib', version: '1.26.1' },
];

async function look(kind: 'layer' | 'layer-gzip' | 'program', bytes: Buffer, chunk: number): Promise<readonly Component[]> {
  const looking = lookInto(kind);
  for (let at = 0; at < bytes.length; at += chunk) await looking.watch(bytes.subarray(at, at + chunk));
  return looking.finish();
}

test.each([1, 7, 16, 100, 1000, 1_000_000])('a Go program says what it is made of, in chunks of %i bytes', async (chunk) => {
  expect(await look('program', goProgram('go1.26.1', modules, 4096), chunk)).toEqual(found);
});

test('a mark in the text of a program is passed over', async () => {
  const decoy = Buffer.concat([Buffer.from('\xff Go buildinf:', 'latin1'), Buffer.alloc(2), Buffer.from('no version here')]);
  const program = goProgram('go1.26.1', modules, 4096);
  decoy.copy(program, 1600);
  decoy.copy(program, 1701);
  for (const chunk of [64, 100_000]) expect(await look('program', program, chunk)).toEqual(found);
});

test('what begins otherwise is no program', async () => {
  expect(await look('program', Buffer.concat([Buffer.from('#!/bin/sh\n'), goProgram('go1.26.1', modules, 4096)]), 500)).toEqual(
    [],
  );
});

const status =
  'Package: zlib1g\nStatus: install ok installed\nVersion: 1:1.2.13\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: base\nVersion: 12\n';

test.each(['gnu', 'posix', 'ustar'])('a layer of the form %s: packages of Debian and npm, and Go programs', async (format) => {
  const tree = join(root, format);
  const put = (path: string, body: string | Buffer): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), body);
  };
  put('var/lib/dpkg/status', status);
  put('usr/bin/program', goProgram('go1.26.1', modules, 4096));
  const long = format === 'ustar' ? 'short' : 'a-folder-with-a-long-name'.repeat(6);
  put(`srv/${long}/node_modules/@scope/left-pad/package.json`, '{"name":"@scope/left-pad","version":"1.3.0"}');
  put('srv/package.json', '{"name":"not-installed","version":"1"}');
  const file = join(root, `${format}.tar`);
  execFileSync('tar', ['-cf', file, `--format=${format}`, '-C', tree, '.']);
  const expected = [
    { kind: 'deb', name: 'base', version: '12' },
    { kind: 'deb', name: 'zlib1g', version: '1:1.2.13' },
    ...found,
    { kind: 'npm', name: '@scope/left-pad', version: '1.3.0' },
  ];
  const bytes = readFileSync(file);
  for (const chunk of [333, 512, 100_000]) expect(await look('layer', bytes, chunk)).toEqual(expected);
  expect(await look('layer-gzip', gzipSync(bytes), 100)).toEqual(expected);
});

test('a compressed layer that is damaged, or no archive, ends without a find', async () => {
  expect(await look('layer-gzip', Buffer.from('no gzip at all'), 3)).toEqual([]);
  expect(await look('layer-gzip', gzipSync(Buffer.alloc(100_000)).subarray(0, 60), 7)).toEqual([]);
  expect(await look('layer', Buffer.alloc(5000, 0x41), 512)).toEqual([]);
});

test('a program of this machine is read as go reads it', async () => {
  const go = execFileSync('sh', ['-c', 'readlink -f "$(command -v go)"'], { encoding: 'utf8' }).trim();
  const said = execFileSync('go', ['version', go], { encoding: 'utf8' });
  const [stdlib] = await look('program', readFileSync(go), 1024 * 1024).then((all) =>
    all.filter(({ name }) => name === 'stdlib'),
  );
  expect(said).toContain(`go${stdlib?.version}`);
});

test('lists and names', () => {
  expect(parseDpkg(status).map(({ name }) => name)).toEqual(['zlib1g', 'base']);
  expect(parseModules(modules)).toHaveLength(3);
  expect(purlOf({ kind: 'npm', name: '@scope/left-pad', version: '1.3.0' })).toBe('pkg:npm/%40scope/left-pad@1.3.0');
  expect(purlOf({ kind: 'deb', name: 'libc6', version: '2.36-9+deb12u14' })).toBe('pkg:deb/debian/libc6@2.36-9%2Bdeb12u14');
  expect(imagePurl('localhost:5000/a/b:1', 'sha256:x')).toBe(
    'pkg:oci/b@sha256%3Ax?repository_url=localhost%3A5000%2Fa%2Fb&tag=1',
  );
});

test('both forms name every part, and the same bill has the same bytes', () => {
  const bill = {
    about: {
      name: 'x/y:1',
      type: 'container' as const,
      digest: `sha256:${'a'.repeat(64)}`,
      purl: 'pkg:oci/y',
      components: found,
    },
    groups: [
      {
        name: 'tool/z',
        version: '1',
        type: 'application' as const,
        digest: `sha256:${'b'.repeat(64)}`,
        components: [{ kind: 'deb' as const, name: 'q', version: '1' }],
      },
    ],
    created: '2026-11-24T12:00:00Z',
    strata: '0.1.0',
  };
  const cdx = JSON.parse(cyclonedx(bill));
  expect(cyclonedx(bill)).toBe(cyclonedx(bill));
  expect(cdx.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  const refs = new Set([cdx.metadata.component, ...cdx.components].map((one) => one['bom-ref']));
  expect(refs.size).toBe(cdx.components.length + 1);
  for (const { ref, dependsOn } of cdx.dependencies) for (const one of [ref, ...dependsOn]) expect(refs).toContain(one);
  const sheet = JSON.parse(spdx(bill));
  const ids = new Set(['SPDXRef-DOCUMENT', ...sheet.packages.map(({ SPDXID }: { SPDXID: string }) => SPDXID)]);
  expect(ids.size).toBe(sheet.packages.length + 1);
  for (const { spdxElementId, relatedSpdxElement } of sheet.relationships)
    expect([ids.has(spdxElementId), ids.has(relatedSpdxElement)]).toEqual([true, true]);
});
