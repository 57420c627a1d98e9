// Bundles the command line into dist/ with lazy chunks: what a command does not need is not loaded.
// Libraries are bundled too: one file is found and compiled faster than hundreds.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { validators } from './validators.mjs';

process.chdir(dirname(import.meta.dirname));
const library = 'src/app/index.ts';
const { outputFiles } = await build({
  entryPoints: { cli: 'src/cli/main.ts', ...(existsSync(library) && { library }) },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  // Less text is compiled faster; names stay, so that a reported stack can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  write: false,
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
  plugins: [validators],
  // Libraries in the older module form call require for Node's own modules.
  banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
});

// A run that is under way still loads chunks of the build it was started from: files are replaced one by one, whole,
// and a chunk goes only when it is a day old.
const written = new Set();
for (const { path, contents } of outputFiles.toSorted(
  (a, b) => Number(a.path.endsWith('cli.js')) - Number(b.path.endsWith('cli.js')),
)) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}.new`, contents);
  renameSync(`${path}.${process.pid}.new`, path);
  written.add(basename(path));
}
const chunks = join('dist', 'chunks');
for (const name of existsSync(chunks) ? readdirSync(chunks) : []) {
  const age = Date.now() - statSync(join(chunks, name)).mtimeMs;
  if (!written.has(name) && age > 24 * 3600 * 1000) rmSync(join(chunks, name));
}
