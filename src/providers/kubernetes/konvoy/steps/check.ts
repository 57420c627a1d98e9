import type { Action, Node } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import { nkpVersion } from '../../../../tools/nkp/index.js';
import { notACluster, programTooOld } from '../errors.js';
import { troublesOf } from '../inventory.js';

/** Machines and the way to them. */
export interface CheckWant {
  readonly nodes: readonly Node[];
  readonly api: string;
  readonly virtualInterface?: string | undefined;
}

const least = [2, 12] as const;

/** Changes nothing: says what the pre-provisioned provider would stumble over, and which program is there. */
export const fitMachines: Action<CheckWant, { readonly program: string }> = {
  async observe(want, w) {
    const troubles = troublesOf(want, want.api, want.virtualInterface);
    if (troubles.length > 0) return err(notACluster(troubles));
    const version = await nkpVersion(w);
    if (!version.ok) return version;
    const [major = 0, minor = 0] = version.value.split('.').map(Number);
    const old = major < least[0] || (major === least[0] && minor < least[1]);
    return old ? err(programTooOld(version.value, least.join('.'))) : ok({ program: version.value });
  },
  diff: () => [],
  apply: (want, _got, w) => fitMachines.observe(want, w).then((seen) => (seen.ok ? ok(seen.value ?? { program: '' }) : seen)),
};
