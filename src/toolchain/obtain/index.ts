import { err, type Failure, type Result } from '../../model/index.js';
import { toolMissing } from '../errors.js';
import type { Source } from '../pins.js';
import type { Made, Obtaining, Refusal } from './attempt.js';
import { fromDebian, fromDebianFile } from './debian.js';
import { fromCrds, fromGoFiles, fromGoModule, fromGoSource } from './go.js';
import { fromDownload, fromNpm, fromPypi } from './packages.js';
import { fromPath } from './path.js';

export type { Made, Obtaining } from './attempt.js';

/** Tries PATH, then each source in its order; a wrong digest ends the search. */
export async function obtain(o: Obtaining): Promise<Result<Made>> {
  const tried: string[] = [];
  if (o.pin.path !== undefined) {
    const found = await fromPath(o, o.pin.path);
    if (found.ok) return found;
    tried.push(found.error.why);
  }
  for (const source of o.pin.sources) {
    const made = await fromSource(o, source);
    if (made.ok) return made;
    if (made.error.stop !== undefined) return err(made.error.stop);
    tried.push(made.error.why);
    const emptied = await emptyAgain(o);
    if (!emptied.ok) return emptied;
  }
  return err(missing(o, tried));
}

const missing = (o: Obtaining, tried: readonly string[]): Failure =>
  toolMissing(o.pin.name, o.pin.version ?? o.pin.path ?? '', tried, o.mayInstall);

/** What a failed source left must not reach the next one's artefact. */
async function emptyAgain(o: Obtaining): Promise<Result<void>> {
  const removed = await o.w.remove(o.dir);
  return removed.ok ? o.w.makeDirectory(o.dir) : removed;
}

function fromSource(o: Obtaining, source: Source): Promise<Result<Made, Refusal>> {
  if ('goModule' in source) return fromGoModule(o, source);
  if ('goSource' in source) return fromGoSource(o, source);
  if ('goFiles' in source) return fromGoFiles(o, source);
  if ('crds' in source) return fromCrds(o, source);
  if ('download' in source) return fromDownload(o, source);
  if ('npm' in source) return fromNpm(o, source);
  if ('pypi' in source) return fromPypi(o, source);
  return 'debian' in source ? fromDebian(o, source) : fromDebianFile(o, source);
}
