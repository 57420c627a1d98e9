import type { Result } from '../../model/index.js';
import { err, ok } from '../../model/index.js';
import { unusablePath } from './errors.js';

/** A value as one word of a POSIX shell script, whatever it holds. */
export const quote = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

/** A path on a machine; refuses what would mean something to a shell. */
export function remotePath(path: string): Result<string> {
  return /^\/[A-Za-z0-9._/@+-]+$/.test(path) && !path.split('/').includes('..') ? ok(path) : err(unusablePath(path));
}

/** Reads `key=value` lines, the form our scripts print; other lines are left out. */
export function parseFacts(stdout: string): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) facts.set(line.slice(0, at), line.slice(at + 1));
  }
  return facts;
}
