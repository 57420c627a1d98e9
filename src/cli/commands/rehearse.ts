import { rehearse } from '../../app/rehearse.js';
import { saveReport } from '../../app/save-report.js';
import { renderRehearsal } from '../../report/rehearsal.js';
import { renderRehearsalPage } from '../../report/rehearsal-page.js';
import { type Call, complain, giveUp, print } from '../call.js';
import { exitCodeOf, exitCodes } from '../exit-codes.js';

/** `strata rehearse`. Nothing it starts is worth keeping, so that the first wish to stop ends it. */
export async function run(call: Call): Promise<number> {
  const { streams, options } = call;
  const { directory, environment, html, cold, snapshot } = options;
  const done = await rehearse(
    { directory, environment, cold, ...(snapshot !== undefined && { snapshot }) },
    { note: (line) => streams.err(`${line}\n`), signal: call.drain },
  );
  // What was cut short would read as a failure of the platform.
  if (call.drain.aborted) {
    streams.err('stopped before its end: there is no report, and nothing it started is left\n');
    return exitCodes.interrupted;
  }
  if (!done.ok) return giveUp(call, done.error);
  const report = done.value;
  if (html !== undefined) {
    const saved = await saveReport(html, renderRehearsalPage(report));
    if (!saved.ok) {
      complain(call, [saved.error.diagnostic]);
      return exitCodeOf(saved.error.kind);
    }
    streams.err(`page ${html}\n`);
  }
  await print(call, report, () => renderRehearsal(report, streams.outStyle));
  return report.verdict === 'pass' ? exitCodes.ok : exitCodes.failed;
}
