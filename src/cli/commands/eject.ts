import { eject } from '../../app/eject/eject.js';
import { renderEjected } from '../../report/ejected.js';
import { type Call, giveUp, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';

/** `strata eject DIR`. What is not ejected is told: the folder's README repeats it. */
export async function run(call: Call): Promise<number> {
  const { directory, environment } = call.options;
  const done = await eject(
    { directory, environment, into: call.args[0] ?? '' },
    { listen: () => {}, drain: call.drain, cancel: call.cancel },
  );
  if (!done.ok) return giveUp(call, done.error);
  await print(call, done.value, () => renderEjected(done.value));
  return exitCodes.ok;
}
