import { renderProof } from '../../report/bundle-proof.js';
import { type Call, complain, giveUp, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';

/** `strata bundle prove`. */
export async function run(call: Call): Promise<number> {
  const { proveBundle } = await import('../../app/bundle-prove.js');
  const { directory, environment, key, allowUnsigned, allowOlder } = call.options;
  const { drain, cancel } = call;
  const wanted = { directory, environment, key, allowUnsigned, allowOlder, bundle: call.args[0] ?? '' };
  const proved = await proveBundle(wanted, { listen: () => undefined, drain, cancel });
  if (!proved.ok) return giveUp(call, proved.error);
  complain(call, proved.value.problems);
  const document = { apiVersion: 'strata.dev/v1alpha1', kind: 'BundleProof', ...proved.value };
  await print(call, document, () => renderProof(proved.value, call.streams.outStyle));
  return proved.value.verdict === 'pass' ? exitCodes.ok : exitCodes.failed;
}
