import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The path `parent/<any folder>/<rest>` that exists; the toolchain keeps each build in a folder named by its content. */
export function globSync(parent: string, ...rest: readonly string[]): string {
  const found = (existsSync(parent) ? readdirSync(parent) : []).map((one) => join(parent, one, ...rest)).filter(existsSync);
  const [first] = found;
  if (first === undefined)
    throw new Error(`nothing at ${join(parent, '*', ...rest)}: run any Strata command that needs it first`);
  return first;
}
