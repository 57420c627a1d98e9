import { appsDocument, renderApps } from '../../report/packages-apps.js';
import { type Call, giveUp, print } from '../call.js';
import { entryOf, tellEdit } from '../editing.js';
import { exitCodes } from '../exit-codes.js';

/** `strata app add`. */
export async function add(call: Call): Promise<number> {
  const { addApp } = await import('../../app/edit/applications.js');
  const { path, repo, revision, namespace } = call.options;
  const done = await addApp({ ...entryOf(call), path, repo, revision, namespace });
  if (!done.ok) return giveUp(call, done.error);
  return tellEdit(call, done.value);
}

/** `strata app remove`. */
export async function remove(call: Call): Promise<number> {
  const { removeApp } = await import('../../app/edit/applications.js');
  const done = await removeApp({ ...entryOf(call), deleteFiles: call.options.deleteFiles });
  if (!done.ok) return giveUp(call, done.error);
  return tellEdit(call, done.value);
}

/** `strata app list`. */
export async function list(call: Call): Promise<number> {
  const { listApps } = await import('../../app/edit/applications.js');
  const { directory, environment, component } = call.options;
  const done = await listApps({ directory, environment, component });
  if (!done.ok) return giveUp(call, done.error);
  await print(call, appsDocument(done.value), () => renderApps(done.value));
  return exitCodes.ok;
}
