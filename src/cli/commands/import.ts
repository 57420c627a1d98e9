import { importDocument, renderImport } from '../../report/import.js';
import { type Call, giveUp, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';

/** `strata import bigbang`. */
export async function run(call: Call): Promise<number> {
  const { importBigBang } = await import('../../app/import/bigbang.js');
  const { name, out, dryRun } = call.options;
  const done = await importBigBang({ files: call.args, name, out, dryRun });
  if (!done.ok) return giveUp(call, done.error);
  await print(call, importDocument(done.value), () => renderImport(done.value, call.streams.outStyle));
  return exitCodes.ok;
}
