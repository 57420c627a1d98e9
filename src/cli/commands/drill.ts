import { drill } from '../../app/drill.js';
import { saveReport } from '../../app/save-report.js';
import { renderDrill } from '../../report/drill.js';
import { renderReach } from '../../report/reach.js';
import { renderTimeline } from '../../report/timeline.js';
import { type Call, complain, giveUp, print } from '../call.js';
import { exitCodeOf, exitCodes } from '../exit-codes.js';
import { watched } from '../watch.js';

/** `strata drill`. */
export async function run(call: Call): Promise<number> {
  const { directory, environment, confirm, events, html } = call.options;
  const done = await watched(call, 'strata up', (watching) => drill({ directory, environment, confirm }, watching));
  if (!done.ok) return giveUp(call, done.error);
  const { report, path, up } = done.value;
  const page = html ?? path.replace(/\.json$/, '.html');
  const saved = await saveReport(page, renderTimeline(report));
  if (!saved.ok) {
    complain(call, [saved.error.diagnostic]);
    return exitCodeOf(saved.error.kind);
  }
  if (!events)
    await print(
      call,
      report,
      () =>
        `${renderDrill(report, call.streams.outStyle)}\nreport   ${path}\ntimeline ${page}\n${up === undefined ? '' : renderReach(up.reach, call.streams.outStyle)}`,
    );
  return report.verdict === 'pass' ? exitCodes.ok : exitCodes.failed;
}
