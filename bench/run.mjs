// Runs one benchmark or all: `node bench/run.mjs [engine|command-line|render|graph|many|apply|bundle]`. Prints one JSON document each; a ratio
// is the result, an absolute time is not. Run on an idle machine.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const all = ['engine', 'command-line', 'render', 'graph', 'many'];
/** Programs that a benchmark starts as processes of their own. */
const parts = { render: ['render-one'], graph: ['graph-one'], bundle: ['bundle-one'] };
const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(import.meta.dirname, '..', 'node_modules', '.bench-'));
try {
  for (const name of wanted.length > 0 ? wanted : all) {
    const files = [name, ...(parts[name] ?? [])];
    await build({
      entryPoints: files.map((file) => join(import.meta.dirname, `${file}.ts`)),
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      logLevel: 'warning',
    });
    execFileSync(process.execPath, ['--expose-gc', join(folder, `${name}.mjs`)], { stdio: 'inherit' });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
