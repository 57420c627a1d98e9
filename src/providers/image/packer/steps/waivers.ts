import type { Action, Digest } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { type Deviation, waiverPage } from '../conflicts.js';
import { imageCorrupt } from '../errors.js';
import { inCache, keyOf } from '../places.js';

/** Where the profile and the platform contradict each other. */
export interface WaiversWant {
  readonly os: string;
  readonly profile: string;
  readonly deviations: readonly Deviation[];
}

/** The page for the assessor. */
export interface WaiversGot {
  /** Relative to the cache. */
  readonly page: string;
  readonly digest: Digest;
}

const bodyOf = (want: WaiversWant): string => waiverPage(want.deviations, want);
const pathOf = (want: WaiversWant): string => `images/waivers/${want.os}-${want.profile}-${keyOf(bodyOf(want))}.md`;

/** Names each conflict in the plan, and writes the waivers down. */
export const waivers: Action<WaiversWant, WaiversGot> = {
  async observe(want, w) {
    const page = pathOf(want);
    const text = await w.read(inCache(w, page));
    if (!text.ok) return text;
    const digest = text.value === bodyOf(want) ? await w.digest(inCache(w, page)) : undefined;
    return ok(digest && { page, digest });
  },
  diff: (want, got) =>
    got === undefined
      ? want.deviations.map(({ id, rules, breaks }) => ({
          what: `deviation ${id}`,
          from: rules.join(', '),
          to: `waived: breaks ${breaks.join(', ')}`,
        }))
      : [],
  async apply(want, _got, w) {
    const page = pathOf(want);
    const written = await w.write(inCache(w, page), bodyOf(want));
    if (!written.ok) return written;
    const digest = await w.digest(inCache(w, page));
    return digest === undefined ? err(imageCorrupt(page)) : ok({ page, digest });
  },
  async verify(want, { page, digest }) {
    const rules = want.deviations.reduce((sum, one) => sum + one.rules.length, 0);
    return [
      {
        claim: `${want.deviations.length} deviations from ${want.profile} (${rules} rules) are written down for the assessor`,
        verdict: 'pass',
        artefact: { path: page, digest },
      },
    ];
  },
};
