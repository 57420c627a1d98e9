import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe as group, expect, test } from 'vitest';
import { everything, Forgery, must, testNow } from '../../test/support/bundle.js';
import { at, codeOf, forged, good, judge, keys, m, volumes } from '../../test/support/hostile.js';
import { memoryRegistry } from '../../test/support/registry.js';
import { blobDisk } from '../host/index.js';
import { pushDescribed } from './push.js';
import { describe } from './verify.js';

// Hostile bundles by what lies in them: each is refused with its code, before anything is written or sent.
test('the good one is accepted, and so are its volumes', async () => {
  expect(await codeOf(judge(good))).toBe('accepted');
  expect(await codeOf(judge(volumes))).toBe('accepted');
  forged(() => undefined);
  expect(await codeOf(judge(at))).toBe('accepted');
});

group('paths', () => {
  const bad: readonly string[] = [
    '../evil',
    '../../../../../../etc/passwd',
    'a/../../evil',
    'a/..',
    '..',
    '.',
    './a',
    'a/./b',
    'a//b',
    'a/',
    '/',
    '/etc/passwd',
    '//etc/passwd',
    'C:/windows/evil',
    'c:evil',
    '\\\\host\\share',
    '..\\evil',
    'a\\b',
    '',
    'a\u0000b',
    'a\u0000/../evil',
    'a\nb',
    'a\rb',
    'a\tb',
    '\u001b[31mred',
    'a\u007f',
    'evil\u202etxt.exe',
    'a\u2066b',
    '\u200fa',
    'x'.repeat(256),
    `${'d/'.repeat(600)}f`,
    'é'.repeat(130),
  ];
  test.each(bad.map((path) => [JSON.stringify(path).slice(0, 40), path]))('%s', async (_shown, path) => {
    forged((f) =>
      f.edit(f.item('definition'), ({ layers }) =>
        Object.assign(layers[0]?.annotations as object, { 'org.opencontainers.image.title': path }),
      ),
    );
    expect(await codeOf(judge(at))).toBe('BUNDLE-PATH');
  });

  const pairs: readonly (readonly [string, string])[] = [
    ['same', 'same'],
    ['Case', 'case'],
    ['dir/A', 'dir/a'],
    ['caf\u00e9', 'cafe\u0301'],
    ['\ufb01le', 'file'],
    ['\u212aey', 'key'],
    ['a', 'a/b'],
    ['A', 'a/b'],
    ['a/b', 'a/b/c'],
  ];
  test.each(pairs)('%s beside %s', async (first, second) => {
    forged((f) =>
      f.edit(f.item('definition'), ({ layers }) => {
        Object.assign(layers[0]?.annotations as object, { 'org.opencontainers.image.title': first });
        Object.assign(layers[1]?.annotations as object, { 'org.opencontainers.image.title': second });
      }),
    );
    expect(await codeOf(judge(at))).toBe('BUNDLE-TWICE');
  });
});

group('what lies in the folder', () => {
  const blob = (): string => join(at, 'blobs', 'sha256', readdirSync(join(good, 'blobs', 'sha256'))[0] as string);
  const cases: readonly (readonly [string, string, () => void])[] = [
    [
      'a link instead of a blob',
      'BUNDLE-NOT-A-FILE',
      () => [renameSync(blob(), `${at}.aside`), symlinkSync(`${at}.aside`, blob())],
    ],
    ['a link to a system file', 'BUNDLE-NOT-A-FILE', () => [rmSync(blob()), symlinkSync('/etc/passwd', blob())]],
    ['a dangling link', 'BUNDLE-NOT-A-FILE', () => symlinkSync('/nowhere', join(at, 'extra'))],
    [
      'a link instead of index.json',
      'BUNDLE-NOT-A-FILE',
      () => [rmSync(join(at, 'index.json')), symlinkSync(join(good, 'index.json'), join(at, 'index.json'))],
    ],
    [
      'a link instead of oci-layout',
      'BUNDLE-NOT-A-FILE',
      () => [rmSync(join(at, 'oci-layout')), symlinkSync(join(good, 'oci-layout'), join(at, 'oci-layout'))],
    ],
    [
      'a link instead of the blobs',
      'BUNDLE-NOT-A-FILE',
      () => [rmSync(join(at, 'blobs'), { recursive: true }), symlinkSync(join(good, 'blobs'), join(at, 'blobs'))],
    ],
    ['a hard link', 'BUNDLE-NOT-A-FILE', () => [renameSync(blob(), `${at}.aside`), linkSync(`${at}.aside`, blob())]],
    ['a pipe', 'BUNDLE-NOT-A-FILE', () => [rmSync(blob()), execFileSync('mkfifo', [blob()])]],
    [
      'a pipe instead of index.json',
      'BUNDLE-NOT-A-FILE',
      () => [rmSync(join(at, 'index.json')), execFileSync('mkfifo', [join(at, 'index.json')])],
    ],
    ['a folder instead of a blob', 'BUNDLE-STRANGER', () => [rmSync(blob()), mkdirSync(blob())]],
    ['a file more', 'BUNDLE-STRANGER', () => writeFileSync(join(at, 'readme'), 'hello')],
    ['a hidden file more', 'BUNDLE-STRANGER', () => writeFileSync(join(at, '.hidden'), 'hello')],
    ['a folder more', 'BUNDLE-STRANGER', () => mkdirSync(join(at, 'more'))],
    ['a blob more', 'BUNDLE-STRANGER', () => writeFileSync(join(at, 'blobs', 'sha256', 'a'.repeat(64)), 'hello')],
    ['a blob with another name', 'BUNDLE-STRANGER', () => writeFileSync(join(at, 'blobs', 'sha256', 'evil'), 'hello')],
    ['a blob in upper case', 'BUNDLE-STRANGER', () => writeFileSync(join(at, 'blobs', 'sha256', 'A'.repeat(64)), 'hello')],
    ['another algorithm', 'BUNDLE-STRANGER', () => mkdirSync(join(at, 'blobs', 'sha512'))],
    ['no index.json', 'BUNDLE-INCOMPLETE', () => rmSync(join(at, 'index.json'))],
    ['no oci-layout', 'BUNDLE-INCOMPLETE', () => rmSync(join(at, 'oci-layout'))],
    ['no blobs', 'BUNDLE-INCOMPLETE', () => rmSync(join(at, 'blobs'), { recursive: true })],
    ['nothing at all', 'BUNDLE-UNREADABLE', () => [rmSync(at, { recursive: true }), mkdirSync(at)]],
    ['no folder', 'BUNDLE-UNREADABLE', () => rmSync(at, { recursive: true })],
    ['nine tebibytes of nothing', 'BUNDLE-TOO-MUCH', () => truncateSync(blob(), 9 * 1024 ** 4)],
    [
      'an index.json of 17 MiB',
      'BUNDLE-TOO-MUCH',
      () => writeFileSync(join(at, 'index.json'), Buffer.alloc(17 * 1024 * 1024, 0x20)),
    ],
    ['an index.json that is empty', 'BUNDLE-MALFORMED', () => writeFileSync(join(at, 'index.json'), '')],
    [
      'an index.json with a byte-order mark',
      'BUNDLE-MALFORMED',
      () => writeFileSync(join(at, 'index.json'), `\ufeff${readFileSync(join(good, 'index.json'), 'utf8')}`),
    ],
    [
      'an index.json that is no UTF-8',
      'BUNDLE-MALFORMED',
      () => writeFileSync(join(at, 'index.json'), Buffer.from([0x22, 0xff, 0x22])),
    ],
    ['an index.json 100,000 deep', 'BUNDLE-MALFORMED', () => writeFileSync(join(at, 'index.json'), '['.repeat(100_000))],
    [
      'an index.json that changes prototypes',
      'BUNDLE-MALFORMED',
      () => writeFileSync(join(at, 'index.json'), '{"__proto__":{"manifests":[]},"schemaVersion":2}'),
    ],
    [
      'another version of the layout',
      'BUNDLE-MALFORMED',
      () => writeFileSync(join(at, 'oci-layout'), '{"imageLayoutVersion":"2.0.0"}'),
    ],
  ];
  test.each(cases)('%s', async (_name, code, spoil) => {
    cpSync(good, at, { recursive: true });
    spoil();
    expect(await codeOf(judge(at))).toBe(code);
    expect(Object.prototype).not.toHaveProperty('manifests');
  });
});

group('content', () => {
  test('one bit of any blob, and its name is told', async () => {
    for (const name of readdirSync(join(good, 'blobs', 'sha256'))) {
      rmSync(at, { recursive: true, force: true });
      cpSync(good, at, { recursive: true });
      const file = join(at, 'blobs', 'sha256', name);
      const bytes = readFileSync(file);
      const place = Math.floor(bytes.length / 2);
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      writeFileSync(file, bytes);
      const result = await judge(at);
      expect(result).toMatchObject({ ok: false, error: { kind: 'corrupt', diagnostic: { code: 'BUNDLE-CHANGED' } } });
      expect(result.ok ? '' : result.error.diagnostic.message).toMatch(
        /(image|tool|definition|sbom|index|signature|signed text|provenance)/,
      );
    }
  });

  test('the file that changed is named', async () => {
    cpSync(good, at, { recursive: true });
    const f = new Forgery(at);
    const { layers } = f.blob(f.item('definition').digest);
    const file = f.path(layers[0]?.digest ?? '');
    writeFileSync(file, readFileSync(file, 'utf8').replace('Environment', 'environment'));
    const result = await judge(at);
    expect(result.ok ? '' : result.error.diagnostic.message).toContain('definition platform: environments/edge.yaml was changed');
  });

  test.each(['cut', 'longer', 'empty', 'gone'])('every blob %s', async (how) => {
    for (const name of readdirSync(join(good, 'blobs', 'sha256'))) {
      rmSync(at, { recursive: true, force: true });
      cpSync(good, at, { recursive: true });
      const file = join(at, 'blobs', 'sha256', name);
      if (how === 'cut') truncateSync(file, Math.max(0, statSync(file).size - 1));
      else if (how === 'longer') appendFileSync(file, 'x');
      else if (how === 'empty') writeFileSync(file, '');
      else rmSync(file);
      expect(['BUNDLE-SIZE', 'BUNDLE-INCOMPLETE']).toContain(await codeOf(judge(at)));
    }
  });

  test('two blobs that changed places', async () => {
    cpSync(good, at, { recursive: true });
    const f = new Forgery(at);
    const [one, two] = ['registry.test/one:1', 'registry.test/two:1'].map((name) =>
      f.path(f.blob(f.item('image', name).digest).layers[1]?.digest ?? ''),
    );
    renameSync(one as string, `${one}.x`);
    renameSync(two as string, one as string);
    renameSync(`${one}.x`, two as string);
    expect(await codeOf(judge(at))).toBe('BUNDLE-CHANGED');
  });
});

test('of a bundle whose content is damaged, nothing is sent', async () => {
  cpSync(good, at, { recursive: true });
  const f = new Forgery(at);
  const file = f.path(f.blob(f.item('tool').digest).layers[0]?.digest ?? '');
  writeFileSync(file, readFileSync(file, 'utf8').toUpperCase());
  const registry = await memoryRegistry();
  const before = everything(at);
  const described = must(await describe(at, { disk: blobDisk, trust: { key: keys.publicKey }, now: testNow }));
  expect(await pushDescribed(m.w, blobDisk, described, registry.address)).toMatchObject({
    ok: false,
    error: { diagnostic: { code: 'BUNDLE-CHANGED' } },
  });
  expect(registry.seen.filter((line) => !line.startsWith('HEAD'))).toEqual([]);
  expect(everything(at)).toEqual(before);
  await registry.close();
});

test('5 flipped, cut or added bytes anywhere, 250 times: never taken for the one that was made', async () => {
  const files = everything(good).flatMap((line) => (line.includes(' sha256:') ? [line.split(' ')[0] as string] : []));
  const text = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
  cpSync(good, at, { recursive: true });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files.map((file) => file.slice(good.length))),
      fc.array(fc.record({ place: fc.nat(), bit: fc.nat(7), how: fc.constantFrom('flip', 'cut', 'add') }), {
        minLength: 1,
        maxLength: 5,
      }),
      async (file, changes) => {
        const whole = readFileSync(join(good, file));
        let bytes = Buffer.from(whole);
        for (const { place, bit, how } of changes) {
          const i = place % Math.max(1, bytes.length);
          if (how === 'flip' && bytes.length > 0) bytes[i] = (bytes[i] ?? 0) ^ (1 << bit);
          else if (how === 'cut') bytes = Buffer.concat([bytes.subarray(0, i), bytes.subarray(i + 1)]);
          else bytes = Buffer.concat([bytes.subarray(0, i), Buffer.from([bit + 32]), bytes.subarray(i)]);
        }
        writeFileSync(join(at, file), bytes);
        const result = await judge(at);
        // Space between the words of an index says nothing.
        if (result.ok && !bytes.equals(whole)) expect(text(join(at, file))).toEqual(text(join(good, file)));
        writeFileSync(join(at, file), whole);
      },
    ),
    { numRuns: 250, seed: 6 },
  );
});
