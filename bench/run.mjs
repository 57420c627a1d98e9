// Runs one benchmark or all: `node bench/run.mjs [engine|command-line|rebuild]`. Prints one JSON document each; a ratio
// is the result, an absolute time is not. Run on an idle machine.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const all = ['engine', 'command-line'];
const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(import.meta.dirname, '..', 'node_modules', '.bench-'));
try {
  for (const name of wanted.length > 0 ? wanted : all) {
    const outfile = join(folder, `${name}.mjs`);
    await build({
      entryPoints: [join(import.meta.dirname, `${name}.ts`)],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      logLevel: 'warning',
    });
    execFileSync(process.execPath, [outfile], { stdio: 'inherit' });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
