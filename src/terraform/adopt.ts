import type { Result, World } from '../model/index.js';
import { ok } from '../model/index.js';
import { type Terraform, terraformImport, terraformResources } from '../tools/terraform/index.js';

/** A thing that is found by a name known beforehand, in the form the provider's import reads. */
export interface Adoptable {
  readonly address: string;
  readonly id: string;
}

/** Lies in the working folder from the start of an apply to its good end. */
export const applyingMarker = 'strata-applying';

/**
 * After an apply that did not end well: what it made without hearing of it (the provider gave up waiting, the machine Strata
 * runs on died) is put into the state, in the order given, so that it is not made twice. Returns the addresses taken over.
 */
export async function adopt(tf: Terraform, things: readonly Adoptable[], w: World): Promise<Result<readonly string[]>> {
  const known = await terraformResources(w, tf);
  // Broken off before anything was written down: there is no state, and Terraform calls that an error.
  const listed = known.ok ? known.value : [];
  const taken: string[] = [];
  for (const { address, id } of things.filter((one) => !listed.includes(one.address))) {
    const imported = await terraformImport(w, tf, address, id);
    // Most things are not there: that is no failure. What else is wrong is told by the plan that follows.
    if (imported.ok) taken.push(address);
    else if (imported.error.kind === 'cancelled') return imported;
  }
  if (taken.length > 0) w.note(`Found and taken over: ${taken.join(', ')}.`);
  return ok(taken);
}
