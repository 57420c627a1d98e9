import { type EditResult, editDocument, renderEdit } from '../report/packages.js';
import { type Call, complain, print } from './call.js';
import { exitCodes } from './exit-codes.js';

/** What every command that edits an entry of the definition is told. */
export const entryOf = ({ args, options }: Call) => ({
  directory: options.directory,
  environment: options.environment,
  component: options.component,
  name: args[0] ?? '',
  dryRun: options.dryRun,
});

/** Tells what was edited, or would be. */
export async function tellEdit(call: Call, done: EditResult): Promise<number> {
  complain(call, done.notes);
  await print(call, editDocument(done), () => renderEdit(done, call.streams.outStyle));
  return exitCodes.ok;
}
