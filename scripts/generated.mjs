// Writes generated files, or with --check says which differ from what would be written.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './source.mjs';

/** `files` maps paths in the repository to texts; in `folder`, files that are not among them are stale. */
export function settle(files, { folder } = {}) {
  const checking = process.argv.includes('--check');
  const read = (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined);
  const stale =
    folder !== undefined && existsSync(join(root, folder))
      ? readdirSync(join(root, folder))
          .map((name) => `${folder}/${name}`)
          .filter((path) => !files.has(path))
      : [];
  const different = [...files].filter(([path, text]) => read(path) !== text).map(([path]) => path);
  if (checking) {
    for (const path of [...different, ...stale]) console.error(`${path} is not what would be generated; run: npm run generate`);
    if (different.length + stale.length > 0) process.exitCode = 1;
    return;
  }
  for (const path of stale) rmSync(join(root, path));
  for (const path of different) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), files.get(path));
    console.log(`wrote ${path}`);
  }
}
