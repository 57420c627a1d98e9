import { saveReport } from '../../app/save-report.js';
import { snapshot } from '../../app/snapshot.js';
import { type Call, complain, giveUp, print } from '../call.js';
import { exitCodeOf, exitCodes } from '../exit-codes.js';

/** `strata snapshot`. Kinds that could not be read are told; the record is made all the same, and names them. */
export async function run(call: Call): Promise<number> {
  const { directory, environment, kubeconfig, out } = call.options;
  const recorded = await snapshot({ directory, environment, ...(kubeconfig !== undefined && { kubeconfig }) });
  if (!recorded.ok) return giveUp(call, recorded.error);
  const { objects, unread, digest, nodes, kubernetes } = recorded.value;
  for (const { apiVersion, kind, why } of unread) call.streams.err(`not recorded: ${apiVersion} ${kind}: ${why}\n`);
  if (out === undefined) {
    await print(call, recorded.value, () => `${JSON.stringify(recorded.value, null, 2)}\n`);
    return exitCodes.ok;
  }
  const saved = await saveReport(out, `${JSON.stringify(recorded.value, null, 2)}\n`);
  if (!saved.ok) {
    complain(call, [saved.error.diagnostic]);
    return exitCodeOf(saved.error.kind);
  }
  const told = { file: out, digest, kubernetes, nodes: nodes.length, objects: objects.length, unread: unread.length };
  await print(
    call,
    told,
    () => `${out}: ${objects.length} objects and ${nodes.length} machines of Kubernetes ${kubernetes}, ${digest}\n`,
  );
  return exitCodes.ok;
}
