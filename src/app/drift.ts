import { err, type Result } from '../model/index.js';
import { openPlatform } from './definition-of.js';
import { compareSpec, type DiffOptions, type DiffResult } from './diff.js';
import type { RunWatch } from './held.js';
import { nothingApplied } from './live/errors.js';
import { readApplied } from './site.js';
import { type Trouble, troubleOf } from './trouble.js';

/** Says what changed in the live cluster since the definition was last applied, and who changed it; changes nothing. */
export async function drift(options: DiffOptions, watch: RunWatch): Promise<Result<DiffResult, Trouble>> {
  const opened = await openPlatform(options);
  if (!opened.ok) return opened;
  const { site, spec, sources } = opened.value;
  const applied = await readApplied(site);
  if (!applied.ok) return err(troubleOf(applied.error));
  const last = applied.value.at(-1);
  if (last === undefined) return err(troubleOf(nothingApplied(spec.environment)));
  const compared = await compareSpec({ site, spec: last, kubeconfig: options.kubeconfig, against: 'last-applied' }, watch);
  return compared.ok ? compared : err({ ...troubleOf(compared.error), sources });
}
