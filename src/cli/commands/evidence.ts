import { status } from '../../app/status.js';
import { renderEvidence } from '../../report/evidence.js';
import { type Call, giveUp, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';

/** `strata evidence`. */
export async function run(call: Call): Promise<number> {
  const { directory, environment } = call.options;
  const found = await status({ directory, environment });
  if (!found.ok) return giveUp(call, found.error);
  const { platform, state } = found.value;
  const document = {
    apiVersion: 'strata.dev/v1alpha1',
    kind: 'EvidenceList',
    platform,
    environment: found.value.environment,
    evidence: state.evidence,
  };
  await print(call, document, () => renderEvidence(state.evidence, call.streams.outStyle));
  return exitCodes.ok;
}
