import { join } from 'node:path';
import type { Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** Fetches one npm package as an archive into the folder `into`, without running any of its scripts. */
export async function npmPack(w: World, name: string, version: string, into: string): Promise<Result<string>> {
  const args = ['pack', `${name}@${version}`, '--json', '--ignore-scripts', '--pack-destination', into];
  const output = await w.change({ tool: 'npm', args, cwd: into, deadlineMs: 900_000 });
  if (!output.ok) return output;
  const file = output.value.code === 0 ? (await w.list(into)).find((entry) => entry.endsWith('.tgz')) : undefined;
  return file === undefined ? err(failed(name, version, output.value.stderr)) : ok(join(into, file));
}

const failed = (name: string, version: string, said: string) =>
  failure('tool-failed', 'NPM-FAILED', `npm could not fetch ${name}@${version}: ${said.trim().slice(-300)}`, {
    say: 'Check that npm reaches its registry.',
    command: 'npm ping',
  });
