import { errorPage, isErrorCode } from '../../app/error-page.js';
import { type Call, complain } from '../call.js';
import * as errors from '../errors.js';
import { exitCodes } from '../exit-codes.js';

/** `strata explain`: an error code in any case, or a step. */
export async function run(call: Call): Promise<number> {
  const word = call.args[0] ?? '';
  const code = word.toUpperCase();
  const page = await errorPage(code);
  if (page !== undefined) {
    call.streams.out(page);
    return exitCodes.ok;
  }
  complain(call, [errors.nothingToExplain(word, isErrorCode(word) ? 'code' : 'step')]);
  return exitCodes.badInput;
}
