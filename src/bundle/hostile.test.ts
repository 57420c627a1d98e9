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
import { afterAll, beforeAll, beforeEach, describe as group, expect, test } from 'vitest';
import { aboutTest, everything, Forgery, keyPair, makeTestBundle, must, testNow } from '../../test/support/bundle.js';
import { type TestMachine, testMachine } from '../../test/support/machine.js';
import { memoryRegistry } from '../../test/support/registry.js';
import { blobDisk } from '../host/index.js';
import type { Result } from '../model/index.js';
import { pushDescribed } from './push.js';
import { openSource } from './source.js';
import { header } from './tar.js';
import { describe, verifyContent } from './verify.js';
import { writeVolumes } from './volumes.js';

// A corpus of hostile bundles: each is refused with its code, before anything is written or sent.
const keys = keyPair();
let m: TestMachine;
let good = '';
let at = '';
let volumes = '';
let count = 0;

beforeAll(async () => {
  m = await testMachine();
  good = await makeTestBundle(m, 'good', { key: keys.privateKey });
  volumes = join(m.root, 'volumes');
  mkdirSync(volumes);
  const source = must(await openSource(blobDisk, good));
  must(await writeVolumes(m.w, blobDisk, source, { folder: volumes, name: 'shop-edge', size: 65_536 }));
});
afterAll(() => m.close());
beforeEach(() => {
  count += 1;
  at = join(m.root, 'tried', String(count), 'bundle');
  mkdirSync(join(at, '..'), { recursive: true });
});

async function judge(path: string, key = keys.publicKey, now = testNow, atLeast?: string): Promise<Result<unknown>> {
  const described = await describe(path, { disk: blobDisk, trust: { key }, now, atLeast });
  return described.ok ? verifyContent(blobDisk, described.value) : described;
}

/** The code it is refused with; nothing but what was there is there afterwards. */
async function codeOf(work: Promise<Result<unknown>>): Promise<string> {
  const before = outside();
  const result = await work;
  expect(outside()).toEqual(before);
  return result.ok ? 'accepted' : result.error.diagnostic.code;
}
const outside = (): readonly string[] => [...readdirSync(m.root).sort(), ...readdirSync(join(at, '..')).sort()];

const forged = (change: (forgery: Forgery) => void): void => {
  cpSync(good, at, { recursive: true });
  const forgery = new Forgery(at);
  change(forgery);
  forgery.write(keys.privateKey);
};

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
    const file = f.path(layers[0]?.digest as unknown as string);
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
      f.path(f.blob(f.item('image', name).digest).layers[1]?.digest as unknown as string),
    );
    renameSync(one as string, `${one}.x`);
    renameSync(two as string, one as string);
    renameSync(`${one}.x`, two as string);
    expect(await codeOf(judge(at))).toBe('BUNDLE-CHANGED');
  });
});

group('descriptions that lie, signed by the right key', () => {
  const big = 10 * 1024 ** 3;
  const cases: readonly (readonly [string, string, (f: Forgery) => void])[] = [
    [
      'ten gigabytes from a few bytes',
      'BUNDLE-SIZE',
      (f) => f.edit(f.item('tool'), ({ layers }) => Object.assign(layers[0] as object, { size: big })),
    ],
    [
      'a size of zero',
      'BUNDLE-SIZE',
      (f) => f.edit(f.item('tool'), ({ layers }) => Object.assign(layers[0] as object, { size: 0 })),
    ],
    [
      'a negative size',
      'BUNDLE-MALFORMED',
      (f) => f.edit(f.item('tool'), ({ layers }) => Object.assign(layers[0] as object, { size: -1 })),
    ],
    [
      'a size beyond numbers',
      'BUNDLE-MALFORMED',
      (f) => f.edit(f.item('tool'), ({ layers }) => Object.assign(layers[0] as object, { size: 2 ** 60 })),
    ],
    [
      'a size as text',
      'BUNDLE-MALFORMED',
      (f) => f.edit(f.item('tool'), ({ layers }) => Object.assign(layers[0] as object, { size: '20' })),
    ],
    [
      'more bytes than any disk',
      'BUNDLE-TOO-MUCH',
      (f) => f.edit(f.item('tool'), ({ layers }) => Object.assign(layers[0] as object, { size: 2 ** 52 })),
    ],
    [
      'one content, two sizes',
      'BUNDLE-SIZE-CONFLICT',
      (f) => f.edit(f.item('image', 'registry.test/two:1'), ({ layers }) => Object.assign(layers[0] as object, { size: 3 })),
    ],
    ['the size of a manifest', 'BUNDLE-SIZE', (f) => Object.assign(f.item('tool'), { size: 3 })],
    [
      'a digest of another kind',
      'BUNDLE-MALFORMED',
      (f) => f.edit(f.item('tool'), ({ layers }) => Object.assign(layers[0] as object, { digest: `sha512:${'a'.repeat(128)}` })),
    ],
    [
      'a digest with a path in it',
      'BUNDLE-MALFORMED',
      (f) =>
        f.edit(f.item('tool'), ({ layers }) => Object.assign(layers[0] as object, { digest: 'sha256:../../../../etc/passwd' })),
    ],
    [
      'a digest in upper case',
      'BUNDLE-MALFORMED',
      (f) => f.edit(f.item('tool'), ({ layers }) => Object.assign(layers[0] as object, { digest: `sha256:${'A'.repeat(64)}` })),
    ],
    [
      'content that is not there',
      'BUNDLE-INCOMPLETE',
      (f) => f.edit(f.item('tool'), ({ layers }) => Object.assign(layers[0] as object, { digest: `sha256:${'a'.repeat(64)}` })),
    ],
    [
      'a file of a strange type',
      'BUNDLE-MEDIA-TYPE',
      (f) => f.edit(f.item('tool'), ({ layers }) => Object.assign(layers[0] as object, { mediaType: 'application/x-sh' })),
    ],
    [
      'a layer that is no layer',
      'BUNDLE-MEDIA-TYPE',
      (f) =>
        f.edit(f.item('image'), ({ layers }) => Object.assign(layers[0] as object, { mediaType: 'application/octet-stream' })),
    ],
    [
      'a layer from elsewhere',
      'BUNDLE-MEDIA-TYPE',
      (f) =>
        f.edit(f.item('image'), ({ layers }) =>
          Object.assign(layers[0] as object, { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }),
        ),
    ],
    [
      'an index inside the index',
      'BUNDLE-MEDIA-TYPE',
      (f) => Object.assign(f.item('image'), { mediaType: 'application/vnd.oci.image.index.v1+json' }),
    ],
    [
      'a configuration of a strange type',
      'BUNDLE-MEDIA-TYPE',
      (f) => f.edit(f.item('tool'), ({ config }) => Object.assign(config, { mediaType: 'text/html' })),
    ],
    [
      'a manifest without layers',
      'BUNDLE-MALFORMED',
      (f) => f.edit(f.item('tool'), (manifest) => Reflect.deleteProperty(manifest, 'layers')),
    ],
    [
      'a manifest of version 1',
      'BUNDLE-MALFORMED',
      (f) => f.edit(f.item('tool'), (manifest) => Object.assign(manifest, { schemaVersion: 1 })),
    ],
    [
      'an unknown kind',
      'BUNDLE-MALFORMED',
      (f) => Object.assign(f.item('tool').annotations, { 'dev.strata.bundle.kind': 'virus' }),
    ],
    [
      'a kind every object has',
      'BUNDLE-MALFORMED',
      (f) => Object.assign(f.item('tool').annotations, { 'dev.strata.bundle.kind': 'constructor' }),
    ],
    ['no name', 'BUNDLE-MALFORMED', (f) => Object.assign(f.item('tool').annotations, { 'dev.strata.bundle.name': '' })],
    ['an item twice', 'BUNDLE-TWICE', (f) => f.root.manifests.push(f.item('tool'))],
    [
      '20,001 items',
      'BUNDLE-TOO-MUCH',
      (f) => {
        const tool = f.item('tool');
        for (let i = 0; i <= 20_000; i++) f.root.manifests.push({ ...tool } as never);
      },
    ],
    [
      '200,001 files',
      'BUNDLE-TOO-MUCH',
      (f) =>
        f.edit(f.item('tool'), ({ layers }) => {
          const [first] = layers;
          for (let i = 0; i <= 200_000; i++) layers.push(first as never);
        }),
    ],
    [
      'a time that is none',
      'BUNDLE-MALFORMED',
      (f) => Object.assign(f.root.annotations, { 'org.opencontainers.image.created': 'yesterday' }),
    ],
    [
      'an expiry that is none',
      'BUNDLE-MALFORMED',
      (f) => Object.assign(f.root.annotations, { 'dev.strata.bundle.expires': '9999' }),
    ],
    ['a format of the future', 'BUNDLE-FORMAT', (f) => Object.assign(f.root.annotations, { 'dev.strata.bundle.format': '2' })],
    ['no format', 'BUNDLE-FORMAT', (f) => Reflect.deleteProperty(f.root.annotations, 'dev.strata.bundle.format')],
    ['a member nobody knows', 'BUNDLE-MALFORMED', (f) => Object.assign(f.root, { hooks: ['sh -c id'] })],
    [
      'a URL to fetch content from',
      'BUNDLE-MALFORMED',
      (f) => Object.assign(f.item('image'), { urls: ['http://evil.test/layer'] }),
    ],
    ['it is something else', 'BUNDLE-MEDIA-TYPE', (f) => Object.assign(f.root, { artifactType: 'application/vnd.evil' })],
    [
      'a list of what is missing that is none',
      'BUNDLE-MALFORMED',
      (f) => Object.assign(f.root.annotations, { 'dev.strata.bundle.missing': '{}' }),
    ],
  ];
  test.each(cases)('%s', async (_name, code, change) => {
    forged(change);
    expect(await codeOf(judge(at))).toBe(code);
  });
});

group('index.json, which nobody signs', () => {
  const cases: readonly (readonly [string, string, (manifests: Record<string, unknown>[]) => void])[] = [
    [
      'an image the bundle does not hold',
      'BUNDLE-MALFORMED',
      (all) => all.push({ ...all[1], annotations: { 'org.opencontainers.image.ref.name': 'registry.test/evil:1' } }),
    ],
    [
      'other content for an image',
      'BUNDLE-MALFORMED',
      (all) => Object.assign(all[1] as object, { digest: all[2]?.digest, size: all[2]?.size }),
    ],
    ['another size for an image', 'BUNDLE-MALFORMED', (all) => Object.assign(all[1] as object, { size: 1 })],
    ['an image twice', 'BUNDLE-TWICE', (all) => all.push({ ...all[1] })],
    ['two bundles', 'BUNDLE-MALFORMED', (all) => all.push({ ...all[0], annotations: {} })],
    ['no bundle', 'BUNDLE-MALFORMED', (all) => all.shift()],
    [
      'another bundle',
      'BUNDLE-SIGNATURE',
      (all) => Object.assign(all[0] as object, { digest: all[1]?.digest, size: all[1]?.size }),
    ],
    ['no signature', 'BUNDLE-UNSIGNED', (all) => all.splice(-2, 2)],
    [
      'another signature',
      'BUNDLE-SIGNATURE',
      (all) => Object.assign(all.at(-2) as object, { digest: all.at(-1)?.digest, size: all.at(-1)?.size }),
    ],
  ];
  test.each(cases)('%s', async (_name, code, change) => {
    cpSync(good, at, { recursive: true });
    const index = JSON.parse(readFileSync(join(at, 'index.json'), 'utf8'));
    const tag = `${String(index.manifests[0].digest).replace(':', '-')}.sig`;
    change(index.manifests);
    // The signature is looked for by the bundle it should be of.
    if (code === 'BUNDLE-SIGNATURE') {
      const root = index.manifests[0].digest;
      for (const one of index.manifests)
        if (one.annotations['org.opencontainers.image.ref.name'] === tag)
          one.annotations['org.opencontainers.image.ref.name'] = `${String(root).replace(':', '-')}.sig`;
    }
    writeFileSync(join(at, 'index.json'), JSON.stringify(index));
    expect(await codeOf(judge(at))).toBe(code);
  });
});

group('who, and when', () => {
  test('another key', async () => expect(await codeOf(judge(good, keyPair().publicKey))).toBe('BUNDLE-SIGNATURE'));
  test('signed by another key and renamed', async () => {
    cpSync(await makeTestBundle(m, 'other', { key: keyPair().privateKey }), at, { recursive: true });
    expect(await codeOf(judge(at))).toBe('BUNDLE-SIGNATURE');
  });
  test('the signature of another bundle of the same key', async () => {
    cpSync(await makeTestBundle(m, 'later', { key: keys.privateKey, about: { ...aboutTest, release: '3.0' } }), at, {
      recursive: true,
    });
    const [mine, theirs] = [new Forgery(at), new Forgery(good)];
    const signature = (f: Forgery) =>
      f.index.manifests.find((one) => String(one.annotations?.['org.opencontainers.image.ref.name']).endsWith('.sig'));
    const [to, from] = [signature(mine), signature(theirs)];
    cpSync(theirs.path(from?.digest as unknown as string), mine.path(from?.digest as unknown as string));
    const { layers, config } = theirs.blob(from?.digest as unknown as string);
    for (const one of [config, layers[0]])
      cpSync(theirs.path(one?.digest as unknown as string), mine.path(one?.digest as unknown as string));
    Object.assign(to as object, { digest: from?.digest, size: from?.size });
    writeFileSync(join(at, 'index.json'), JSON.stringify(mine.index));
    expect(await codeOf(judge(at))).toBe('BUNDLE-SIGNATURE');
  });
  test('not signed', async () => expect(await codeOf(judge(await makeTestBundle(m, 'bare', {})))).toBe('BUNDLE-UNSIGNED'));
  test('signed, and no key to check with', async () => {
    expect(await describe(good, { disk: blobDisk, trust: { unsigned: 'refused' }, now: testNow })).toMatchObject({
      error: { diagnostic: { code: 'BUNDLE-NO-KEY' } },
    });
  });
  test('expired; both times are told', async () => {
    const result = await judge(good, keys.publicKey, new Date('2027-11-24T12:00:00Z'));
    expect(result).toMatchObject({ ok: false, error: { kind: 'refused', diagnostic: { code: 'BUNDLE-EXPIRED' } } });
    expect(result.ok ? '' : result.error.diagnostic.message).toMatch(
      /2027-11-24T12:00:00Z.*clock of this machine.*2027-11-24T12:00:00.000Z/,
    );
  });
  test('its last second', async () =>
    expect(await codeOf(judge(good, keys.publicKey, new Date('2027-11-24T11:59:59Z')))).toBe('accepted'));
  test.each(['2.0.1', '2.1', '10', '2.0-hotfix'])('older than %s, which was accepted', async (known) =>
    expect(await codeOf(judge(good, keys.publicKey, testNow, known))).toBe('BUNDLE-OLDER'),
  );
  test.each(['2.0', '1.9', '1.10', '02.0'])('not older than %s', async (known) =>
    expect(await codeOf(judge(good, keys.publicKey, testNow, known))).toBe('accepted'),
  );
});

group('volumes', () => {
  const names = (): readonly string[] =>
    readdirSync(at)
      .filter((name) => /\.\d{4}$/.test(name))
      .sort();
  const list = (): { volumes: { file: string; size: number; digest: string }[]; name: string } =>
    JSON.parse(readFileSync(join(at, 'shop-edge.volumes.json'), 'utf8'));
  const cases: readonly (readonly [string, string, () => void])[] = [
    ['one cut off', 'BUNDLE-VOLUME', () => truncateSync(join(at, names()[0] as string), 1000)],
    [
      'the last one cut off by a byte',
      'BUNDLE-VOLUME',
      () => truncateSync(join(at, names().at(-1) as string), statSync(join(at, names().at(-1) as string)).size - 1),
    ],
    ['one missing', 'BUNDLE-VOLUME', () => rmSync(join(at, names()[0] as string))],
    ['one longer', 'BUNDLE-VOLUME', () => appendFileSync(join(at, names()[0] as string), 'x')],
    [
      'a link',
      'BUNDLE-VOLUME',
      () => [renameSync(join(at, names()[0] as string), `${at}.aside`), symlinkSync(`${at}.aside`, join(at, 'shop-edge.0001'))],
    ],
    [
      'a name that leads out',
      'BUNDLE-MALFORMED',
      () => {
        const l = list();
        Object.assign(l.volumes[0] as object, { file: '../../../etc/passwd' });
        writeFileSync(join(at, 'shop-edge.volumes.json'), JSON.stringify(l));
      },
    ],
    [
      'a list whose name leads out',
      'BUNDLE-MALFORMED',
      () => {
        const l = list();
        l.name = '../evil';
        writeFileSync(join(at, 'shop-edge.volumes.json'), JSON.stringify(l));
      },
    ],
    ['a list that is none', 'BUNDLE-MALFORMED', () => writeFileSync(join(at, 'shop-edge.volumes.json'), '[]')],
    [
      'a list of nothing',
      'BUNDLE-MALFORMED',
      () => {
        const l = list();
        l.volumes = [];
        writeFileSync(join(at, 'shop-edge.volumes.json'), JSON.stringify(l));
      },
    ],
  ];
  test.each(cases)('%s', async (_name, code, spoil) => {
    cpSync(volumes, at, { recursive: true });
    spoil();
    expect(await codeOf(judge(at))).toBe(code);
  });

  test('a changed bit in the content is told with what it is', async () => {
    cpSync(volumes, at, { recursive: true });
    const file = join(at, names()[0] as string);
    const bytes = readFileSync(file);
    const place = bytes.indexOf('layer of one');
    bytes[place] = 0x4c;
    writeFileSync(file, bytes);
    const result = await judge(at);
    expect(result.ok ? '' : result.error.diagnostic.message).toMatch(
      /image registry\.test\/one:1: layer 2 \(in shop-edge\.0001\) was changed/,
    );
  });

  /** Volumes of one archive that a forger wrote. */
  function archive(parts: readonly Uint8Array[]): void {
    mkdirSync(at, { recursive: true });
    const bytes = Buffer.concat([...parts, Buffer.alloc(1024)]);
    writeFileSync(join(at, 'x.0001'), bytes);
    const digest = `sha256:${'0'.repeat(64)}`;
    writeFileSync(
      join(at, 'x.volumes.json'),
      JSON.stringify({ schemaVersion: 1, name: 'x', size: 1e9, volumes: [{ file: 'x.0001', size: bytes.length, digest }] }),
    );
  }
  const sealed = (head: Buffer): Buffer => {
    head.write('        ', 148);
    head.write(
      `${head
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return head;
  };
  const entry = (change: (head: Buffer) => void): Buffer => {
    const head = Buffer.from(header('index.json', 0) as Uint8Array);
    change(head);
    return sealed(head);
  };
  const tricks: readonly (readonly [string, (head: Buffer) => void])[] = [
    ...['1', '2', '3', '4', '5', '6', '7', 'L', 'K', 'S', 'M', 'x', 'g', 'A', '\0'].map(
      (type): readonly [string, (head: Buffer) => void] => [
        `type ${JSON.stringify(type)}`,
        (head) => void head.write(type, 156, 'latin1'),
      ],
    ),
    ['a link name', (head) => void head.write('/etc/passwd', 157)],
    ['a prefix', (head) => void head.write('../../..', 345)],
    ['set-uid', (head) => void head.write('0004755\0', 100)],
    ['an owner', (head) => void head.write('0001000\0', 108)],
    ['a time', (head) => void head.write('14000000000\0', 136)],
    ['a device number', (head) => void head.write('0000010\0', 329)],
    ['a size in binary', (head) => void Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]).copy(head, 124)],
    ['a size with spaces', (head) => void head.write('         10 ', 124)],
    ['a negative size', (head) => void Buffer.alloc(12, 0xff).copy(head, 124)],
    ['old GNU form', (head) => void head.write('ustar  \0', 257)],
    ['bytes after the name', (head) => void head.write('hidden', 20)],
    ['bytes in the padding', (head) => void head.write('hidden', 505)],
    ['an absolute name', (head) => void head.write('/etc/passwd\0', 0)],
    ['a name that leads out', (head) => void head.write('../evil\0\0\0\0', 0)],
    ['a name with a folder', (head) => void head.write('blobs/x\0\0\0\0', 0)],
  ];
  test.each(tricks)('an archive with %s', async (_name, change) => {
    archive([entry(change)]);
    expect(['BUNDLE-MALFORMED', 'BUNDLE-VOLUME']).toContain(await codeOf(judge(at)));
  });
  test('a wrong checksum', async () => {
    const head = entry(() => undefined);
    head.write('000000\0 ', 148);
    archive([head]);
    expect(await codeOf(judge(at))).toBe('BUNDLE-VOLUME');
  });
  test('a name twice', async () => {
    archive([entry(() => undefined), entry(() => undefined)]);
    expect(await codeOf(judge(at))).toBe('BUNDLE-VOLUME');
  });
  test('an archive without an end', async () => {
    archive([entry((head) => head.write('00000777777\0', 124))]);
    expect(await codeOf(judge(at))).toBe('BUNDLE-VOLUME');
  });
});

test('volumes that changed places are named, both of them', async () => {
  const size = 65_536;
  const big = await makeTestBundle(m, 'big', {
    key: keys.privateKey,
    sets: [
      {
        kind: 'definition',
        name: 'platform',
        files: [0, 1, 2].map((n) => ({ path: `f${n}`, from: { text: String(n).repeat(size) } })),
      },
    ],
  });
  mkdirSync(at);
  must(await writeVolumes(m.w, blobDisk, must(await openSource(blobDisk, big)), { folder: at, name: 'shop-edge', size }));
  expect(await codeOf(judge(at))).toBe('accepted');
  renameSync(join(at, 'shop-edge.0001'), join(at, 'x'));
  renameSync(join(at, 'shop-edge.0002'), join(at, 'shop-edge.0001'));
  renameSync(join(at, 'x'), join(at, 'shop-edge.0002'));
  const result = await judge(at);
  expect(result.ok ? '' : result.error.diagnostic.message).toBe(
    'shop-edge.0001 holds the content of shop-edge.0002: the two were swapped.',
  );
});

test('of a bundle whose content is damaged, nothing is sent', async () => {
  cpSync(good, at, { recursive: true });
  const f = new Forgery(at);
  const file = f.path(f.blob(f.item('tool').digest).layers[0]?.digest as unknown as string);
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
