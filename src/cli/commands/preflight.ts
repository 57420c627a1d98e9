import { preflightChecks } from '../../app/checks/preflight.js';
import { renderPreflight } from '../../report/preflight.js';
import { type Call, giveUp, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';

/** `strata preflight`. What was not checked is no failure, and is never told as met. */
export async function run(call: Call): Promise<number> {
  const { directory, environment, all } = call.options;
  const done = await preflightChecks({ directory, environment }, (line) => call.streams.err(`${line}\n`));
  if (!done.ok) return giveUp(call, done.error);
  await print(call, done.value, () => renderPreflight(done.value, { all }, call.streams.outStyle));
  return done.value.checks.some(({ verdict }) => verdict === 'not met') ? exitCodes.failed : exitCodes.ok;
}
