import { validate } from '../../app/definition/use-cases.js';
import { renderValidation, validationDocument } from '../../report/validation.js';
import { type Call, complain, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';

/** `strata validate`. */
export async function run(call: Call): Promise<number> {
  const { directory, environment, output } = call.options;
  const found = await validate({ directory, environment });
  if (output === 'table') complain(call, found.diagnostics, found.sources);
  if (found.valid || output !== 'table')
    await print(call, validationDocument(found), () => renderValidation(found, call.streams.outStyle));
  else call.streams.err(renderValidation(found, call.streams.errStyle));
  return found.valid ? exitCodes.ok : exitCodes.badInput;
}
