import { schema } from '../../app/definition/use-cases.js';
import { type Call, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';

/** `strata schema`. */
export async function run(call: Call): Promise<number> {
  const document = schema(call.args[0] === 'environment' ? 'environment' : 'platform');
  await print(call, document, () => `${JSON.stringify(document, null, 2)}\n`);
  return exitCodes.ok;
}
