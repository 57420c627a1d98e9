import { destroy } from '../../app/destroy.js';
import { runDocument } from '../../report/run-document.js';
import { type Call, giveUp, print } from '../call.js';
import { exitCodes } from '../exit-codes.js';
import { exitCodeOfRun } from '../run-exit.js';
import { watched } from '../watch.js';

/** `strata destroy`. */
export async function run(call: Call): Promise<number> {
  const { directory, environment, confirm, events } = call.options;
  const resume = `strata destroy${confirm === undefined ? '' : ` --confirm ${confirm}`}`;
  const done = await watched(call, resume, (watching) => destroy({ directory, environment, confirm }, watching));
  if (!done.ok) return giveUp(call, done.error);
  const { platform, environment: name, summary, state } = done.value;
  const document =
    state === undefined
      ? { apiVersion: 'strata.dev/v1alpha1', kind: 'Run', mode: 'destroy', platform, environment: name, verdict: 'ok', steps: [] }
      : runDocument(state);
  if (!events) await print(call, document, () => (state === undefined ? `${platform}/${name}: nothing stands here.\n` : ''));
  return summary === undefined ? exitCodes.ok : exitCodeOfRun(summary);
}
