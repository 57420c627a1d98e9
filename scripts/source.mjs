// Loads a TypeScript source in a script: bundled on the fly, so that scripts need no build.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const root = dirname(import.meta.dirname);

/** What the module at `path` (relative to the repository) exports. */
export async function source(path) {
  const folder = join(root, 'node_modules', '.cache', 'strata-scripts');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${path.replaceAll(/[^a-z0-9]+/gi, '-')}-${process.pid}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [path],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}
