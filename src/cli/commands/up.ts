import { loadPlan } from '../../app/saved-plan.js';
import { up, type UpResult } from '../../app/up.js';
import { renderReach } from '../../report/reach.js';
import { runDocument } from '../../report/run-document.js';
import { type Call, complain, giveUp, print } from '../call.js';
import { exitCodeOf } from '../exit-codes.js';
import { exitCodeOfRun } from '../run-exit.js';
import { watched } from '../watch.js';

/** `strata up`. */
export async function run(call: Call): Promise<number> {
  const { directory, environment, yes, install, plan: path, events } = call.options;
  const saved = path === undefined ? undefined : await loadPlan(path);
  if (saved?.ok === false) {
    complain(call, [saved.error.diagnostic]);
    return exitCodeOf(saved.error.kind);
  }
  const options = { directory, environment, install: yes || install, ...(saved && { plan: saved.value }) };
  const done = await watched(call, 'strata up', (watching) => up(options, watching));
  if (!done.ok) return giveUp(call, done.error);
  if (!events) await tell(call, done.value);
  return exitCodeOfRun(done.value.summary);
}

async function tell(call: Call, result: UpResult): Promise<void> {
  const { summary, state, reach } = result;
  const text = (): string => (summary.verdict === 'ok' ? renderReach(reach, call.streams.outStyle) : '');
  await print(call, { ...runDocument(state), reach }, text);
}
