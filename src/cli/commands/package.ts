import { packagesDocument, renderPackages, renderUpgrade, upgradeDocument } from '../../report/packages.js';
import { type Call, complain, giveUp, print } from '../call.js';
import { entryOf, tellEdit } from '../editing.js';
import { exitCodes } from '../exit-codes.js';

/** `strata package add`. */
export async function add(call: Call): Promise<number> {
  const { addPackage } = await import('../../app/edit/add-package.js');
  const { set, size, withRequirements } = call.options;
  const done = await addPackage({ ...entryOf(call), settings: set, size, withRequirements });
  if (!done.ok) return giveUp(call, done.error);
  return tellEdit(call, done.value);
}

/** `strata package remove`. */
export async function remove(call: Call): Promise<number> {
  const { removePackage } = await import('../../app/edit/remove-package.js');
  const done = await removePackage(entryOf(call));
  if (!done.ok) return giveUp(call, done.error);
  return tellEdit(call, done.value);
}

/** `strata package list`. */
export async function list(call: Call): Promise<number> {
  const { listPackages } = await import('../../app/edit/list-packages.js');
  const { directory, environment } = call.options;
  const done = await listPackages({ directory, environment });
  if (!done.ok) return giveUp(call, done.error);
  complain(call, done.value.diagnostics, done.value.sources);
  await print(call, packagesDocument(done.value), () => renderPackages(done.value));
  return exitCodes.ok;
}

/** `strata package upgrade`. */
export async function upgrade(call: Call): Promise<number> {
  const { upgradePackages } = await import('../../app/edit/upgrade-package.js');
  const { directory, dryRun } = call.options;
  const done = await upgradePackages({ directory, name: call.args[0], dryRun });
  if (!done.ok) return giveUp(call, done.error);
  complain(call, done.value.notes);
  await print(call, upgradeDocument(done.value), () => renderUpgrade(done.value, call.streams.outStyle));
  return exitCodes.ok;
}
