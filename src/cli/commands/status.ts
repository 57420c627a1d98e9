import { status } from '../../app/status.js';
import { renderStatus, statusDocument } from '../../report/status.js';
import { type Call, giveUp, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';

/** `strata status`. */
export async function run(call: Call): Promise<number> {
  const { directory, environment } = call.options;
  const found = await status({ directory, environment });
  if (!found.ok) return giveUp(call, found.error);
  await print(call, statusDocument(found.value), () => renderStatus(found.value, call.streams.outStyle));
  return exitCodes.ok;
}
