import { doctor } from '../../app/doctor.js';
import { isFit, renderDoctor } from '../../report/doctor.js';
import { type Call, giveUp, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';
import { exitCodeOfRun } from '../run-exit.js';
import { watched } from '../watch.js';

/** `strata doctor`. */
export async function run(call: Call): Promise<number> {
  const { directory, environment, install, verify } = call.options;
  const found = await watched(call, 'strata doctor --install', (watching) =>
    doctor({ directory, environment, install, verify }, watching),
  );
  if (!found.ok) return giveUp(call, found.error);
  const { summary, ...view } = found.value;
  await print(call, { apiVersion: 'strata.dev/v1alpha1', kind: 'Doctor', ...view }, () =>
    renderDoctor(view, call.streams.outStyle),
  );
  if (summary !== undefined && summary.verdict !== 'ok') return exitCodeOfRun(summary);
  return isFit(view) ? exitCodes.ok : exitCodes.failed;
}
