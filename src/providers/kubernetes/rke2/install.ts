import { createHash } from 'node:crypto';
import { err, type Kit, type Node, ok, type ReadWorld, type Result, type World } from '../../../model/index.js';
import { places, unpackScript } from '../../../tools/rke2/index.js';
import { changeMachine, copyFile, putFiles } from '../../../tools/ssh/index.js';
import { noArchive, notBaked } from './errors.js';
import type { Rke2Spec } from './spec.js';

/** Files of a release that go to the machines, with the sums its own list gives; none where the image carries them. */
export interface ReleaseFiles {
  readonly method: 'baked' | 'tarball';
  /** From the folder of `platform.yaml`. */
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** RKE2's own images come from archives on the machine. */
  readonly archives: boolean;
  /** Named, but not in the list of sums. */
  readonly missing: readonly string[];
}

const program = 'rke2.linux-amd64.tar.gz';
const list = 'sha256sum-amd64.txt';

/** Reads the list of sums at plan time, so that another release is another input. */
export function releaseFiles({ install, images }: Rke2Spec, kit: Kit): ReleaseFiles {
  const archives = images === 'archive';
  if (install.method === 'baked') return { method: 'baked', folder: '', files: [], archives, missing: [] };
  // A member of a choice cannot have a default in the schema.
  const { folder = 'rke2', images: wanted = ['rke2-images.linux-amd64.tar.zst'] } = install;
  const sums = sumsIn(kit.text(kit.project(`${folder}/${list}`)));
  const names = [program, ...(archives ? wanted : [])];
  const files = names.flatMap((name) => {
    const sha256 = sums.get(name);
    return sha256 === undefined ? [] : [{ name, sha256 }];
  });
  return { method: 'tarball', folder, files, archives, missing: names.filter((name) => !sums.has(name)) };
}

/** Lines of sha256sum: `<hex>  <name>`, or `<hex> *<name>`. */
export const sumsIn = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^([0-9a-f]{64}) [ *](\S+)$/gm)].map(([, sum = '', name = '']) => [name, sum]));

export const localPath = (w: ReadWorld, folder: string, name: string): string => `${w.paths.project}/${folder}/${name}`;

/** What says on a machine that all of a release is in place. */
export const markOf = (version: string, { files }: ReleaseFiles): string =>
  `${version}\n${files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('')}`;

/** Whether a machine, by its facts, lacks something of the release. */
export function lacksRelease(facts: ReadonlyMap<string, string>, version: string, release: ReleaseFiles): boolean {
  if (facts.get('binary') !== version) return true;
  if (release.method === 'baked') return release.archives && !(Number(facts.get('archives')) > 0);
  const mark = createHash('sha256').update(markOf(version, release)).digest('hex');
  return facts.get('release') !== mark;
}

/** Puts a release on a machine: archives of images first, the program next, the mark last. */
export async function installRelease(
  w: World,
  node: Node,
  { version, release, has }: { readonly version: string; readonly release: ReleaseFiles; readonly has: string },
): Promise<Result<void>> {
  if (release.method === 'baked')
    return err(has === version ? noArchive(node.name, places.images) : notBaked(node.name, has, version));
  for (const { name, sha256 } of [...release.files].reverse()) {
    const to = name === program ? `/var/lib/rancher/${name}` : `${places.images}/${name}`;
    const copied = await copyFile(w, node, { from: localPath(w, release.folder, name), to, sha256 });
    if (!copied.ok) return copied;
    if (name !== program) continue;
    const unpacked = await changeMachine(w, node, { what: 'unpacking RKE2', script: unpackScript(to), deadlineMs: 300_000 });
    if (!unpacked.ok) return unpacked;
  }
  const marked = await putFiles(w, node, [{ path: places.release, content: markOf(version, release), mode: '0600' }]);
  return marked.ok ? ok(undefined) : marked;
}
