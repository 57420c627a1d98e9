import { errorPage, isErrorCode } from '../../app/error-page.js';
import { renderExplainedValues } from '../../report/explained-values.js';
import { renderExplanation } from '../../report/explanation.js';
import { type Call, complain, giveUp, print } from '../call.js';
import * as errors from '../errors.js';
import { exitCodes } from '../exit-codes.js';

/** `strata explain`: an error code in any case, a step, or the values of a package. */
export async function run(call: Call): Promise<number> {
  const word = call.args[0] ?? '';
  if (word === 'values' && call.args[1] !== undefined) return explainSettings(call, call.args[1]);
  return word.includes('/') ? explainStep(call, word) : explainCode(call, word);
}

async function explainSettings(call: Call, name: string): Promise<number> {
  const { explainValues } = await import('../../app/explain-values.js');
  const { directory, environment } = call.options;
  const found = await explainValues({ directory, environment, package: name, path: call.args[2] });
  if (!found.ok) return giveUp(call, found.error);
  await print(call, found.value, () => renderExplainedValues(found.value, call.streams.outStyle));
  return exitCodes.ok;
}

async function explainCode(call: Call, word: string): Promise<number> {
  const page = await errorPage(word.toUpperCase());
  if (page === undefined) {
    complain(call, [errors.nothingToExplain(word, isErrorCode(word) ? 'code' : 'step')]);
    return exitCodes.badInput;
  }
  call.streams.out(page);
  return exitCodes.ok;
}

async function explainStep(call: Call, step: string): Promise<number> {
  const { explain } = await import('../../app/plan.js');
  const { directory, environment, offline } = call.options;
  const found = await explain({ directory, environment, offline, step });
  if (!found.ok) return giveUp(call, found.error);
  await print(call, found.value, () => renderExplanation(found.value, call.streams.outStyle));
  return exitCodes.ok;
}
