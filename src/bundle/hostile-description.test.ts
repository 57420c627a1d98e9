import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe as group, expect, test } from 'vitest';
import { aboutTest, Forgery, keyPair, makeTestBundle, testNow } from '../../test/support/bundle.js';
import { at, codeOf, forged, good, judge, keys, m } from '../../test/support/hostile.js';
import { blobDisk } from '../host/index.js';
import { describe } from './verify.js';

// Hostile bundles by what they say of themselves, signed by the right key: each is refused with its code.
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
    [
      'another name of an image, for containerd',
      'BUNDLE-MALFORMED',
      (all) => Object.assign(all[1]?.annotations as object, { 'io.containerd.image.name': 'registry.test/two:1' }),
    ],
    [
      'another platform of an image',
      'BUNDLE-MALFORMED',
      (all) => Object.assign(all[1]?.platform as object, { architecture: 'arm64' }),
    ],
    ['an order of its own', 'BUNDLE-MALFORMED', (all) => all.reverse()],
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
    cpSync(theirs.path(from?.digest ?? ''), mine.path(from?.digest ?? ''));
    const { layers, config } = theirs.blob(from?.digest ?? '');
    for (const one of [config, layers[0]]) cpSync(theirs.path(one?.digest ?? ''), mine.path(one?.digest ?? ''));
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
