import type { Prerequisite, Situation } from '../model/index.js';
import type { Stated } from './evaluate.js';
import type { OwnerFile, OwnOwnerFile } from './schema.js';

/** The catalog's owners with the user's own laid over them. */
export interface Owning {
  readonly catalog: OwnerFile;
  readonly own: OwnOwnerFile;
}

/** Who grants each, how long that takes here, and what of another kind must be there first. */
export function own(stated: readonly Stated[], { catalog, own: mine }: Owning, situation: Situation): readonly Prerequisite[] {
  const kinds = { ...catalog.kinds, ...mine.kinds };
  const met = new Set([...(catalog.met ?? []), ...(mine.met ?? [])]);
  return stated.map((one) => {
    const rule = kinds[one.kind];
    const days = one.leadDays ?? rule?.leadDays ?? 0;
    const waits = (rule?.after ?? []).flatMap((kind) =>
      stated.filter((other) => other.kind === kind && other.for === one.for).map(({ id }) => id),
    );
    return {
      ...one,
      owner: one.owner ?? rule?.owner ?? 'platform',
      leadDays: typeof days === 'number' ? days : (days[situation] ?? 0),
      after: [...new Set([...one.after, ...waits])].filter((id) => id !== one.id),
      met: met.has(one.id),
    };
  });
}
