import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { system } from '../e2e/strata.js';

/** A folder of Python packages in the cache, made where it is missing: its interpreter. */
export function pythonWith(cache: string, name: string, ...packages: readonly string[]): string {
  const home = join(cache, 'e2e', name);
  if (existsSync(join(home, 'complete'))) return join(home, 'bin', 'python');
  rmSync(home, { recursive: true, force: true });
  system('python3', '-m', 'venv', home);
  system(join(home, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', ...packages);
  system('touch', join(home, 'complete'));
  return join(home, 'bin', 'python');
}
