import {
  appendFileSync,
  cpSync,
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
import { describe as group, expect, test } from 'vitest';
import { makeTestBundle, must } from '../../test/support/bundle.js';
import { at, codeOf, judge, keys, m, volumes } from '../../test/support/hostile.js';
import { blobDisk } from '../host/index.js';
import { openSource } from './source.js';
import { header } from './tar.js';
import { writeVolumes } from './volumes.js';

// Hostile volumes: cut off, swapped, and every trick of an archive.
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
