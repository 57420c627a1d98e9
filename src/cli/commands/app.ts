import type { AppRequest } from '../../app/edit/applications.js';
import { editDocument, renderEdit } from '../../report/packages.js';
import { appsDocument, renderApps } from '../../report/packages-apps.js';
import { type Call, complain, giveUp, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';

const requestOf = ({ args, options }: Call): AppRequest => ({
  directory: options.directory,
  environment: options.environment,
  component: options.component,
  name: args[0] ?? '',
  dryRun: options.dryRun,
});

/** `strata app add`. */
export async function add(call: Call): Promise<number> {
  const { addApp } = await import('../../app/edit/applications.js');
  const { path, repo, revision, namespace } = call.options;
  const done = await addApp({ ...requestOf(call), path, repo, revision, namespace });
  if (!done.ok) return giveUp(call, done.error);
  complain(call, done.value.notes);
  await print(call, editDocument(done.value), () => renderEdit(done.value, call.streams.outStyle));
  return exitCodes.ok;
}

/** `strata app remove`. */
export async function remove(call: Call): Promise<number> {
  const { removeApp } = await import('../../app/edit/applications.js');
  const done = await removeApp({ ...requestOf(call), deleteFiles: call.options.deleteFiles });
  if (!done.ok) return giveUp(call, done.error);
  complain(call, done.value.notes);
  await print(call, editDocument(done.value), () => renderEdit(done.value, call.streams.outStyle));
  return exitCodes.ok;
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
