import { init } from '../../app/definition/use-cases.js';
import { type Call, complain, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';

/** `strata init`. */
export async function run(call: Call): Promise<number> {
  const { directory, name } = call.options;
  const done = await init({ directory, name });
  if (!done.ok) {
    complain(call, done.error.diagnostics, done.error.sources);
    return exitCodes.badInput;
  }
  const { command = (typed: string) => typed } = call.streams.outStyle;
  const written = done.value.map((path) => `wrote ${path}\n`).join('');
  await print(
    call,
    { written: done.value },
    () => `${written}\nnext: ${command('strata validate')} && ${command('strata plan')}\n`,
  );
  return exitCodes.ok;
}
