import { join } from 'node:path';
import type { Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** Fetches one wheel into the folder `into`; nothing of it is installed or run. */
export async function pypiDownload(w: World, name: string, version: string, into: string): Promise<Result<string>> {
  const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', into, `${name}==${version}`];
  const output = await w.change({ tool: 'python3', args, cwd: into, deadlineMs: 900_000 });
  if (!output.ok) return output;
  const file = output.value.code === 0 ? (await w.list(into)).find((entry) => entry.endsWith('.whl')) : undefined;
  return file === undefined ? err(failed(`${name} ${version}`, output.value.stderr)) : ok(join(into, file));
}

/** Unpacks a wheel, which is a zip archive, into an existing folder. */
export async function unpackWheel(w: World, file: string, into: string): Promise<Result<void>> {
  const output = await w.change({ tool: 'python3', args: ['-m', 'zipfile', '-e', file, into], deadlineMs: 300_000 });
  if (!output.ok) return output;
  return output.value.code === 0 ? ok(undefined) : err(failed(file, output.value.stderr));
}

const failed = (what: string, said: string) =>
  failure('tool-failed', 'PYPI-FAILED', `python3 could not fetch or unpack ${what}: ${said.trim().slice(-300)}`, {
    say: 'Check that python3 has pip and reaches its index.',
    command: 'python3 -m pip --version',
  });
