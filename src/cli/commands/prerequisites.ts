import { prerequisites } from '../../app/prerequisites/prerequisites.js';
import { saveReport } from '../../app/save-report.js';
import { failure, type PrerequisiteReport, type Result, situations } from '../../model/index.js';
import { prerequisitesPage } from '../../report/prerequisites-page.js';
import { prerequisitesCsv, prerequisitesMarkdown, renderPrerequisites, requestFor } from '../../report/prerequisites.js';
import { type Call, complain, giveUp, print } from '../call.js';
import { exitCodeOf, exitCodes } from '../exit-codes.js';

/** `strata prerequisites`. */
export async function run(call: Call): Promise<number> {
  const { directory, environment, start, out } = call.options;
  if (start !== undefined && !isDate(start)) {
    complain(call, [notADate(start).diagnostic]);
    return exitCodes.badInput;
  }
  const situation = situations.find((one) => one === call.options.situation) ?? 'new-account';
  const done = await prerequisites(
    { directory, environment, situation, ...(start !== undefined && { start }) },
    { listen: () => {}, drain: call.drain, cancel: call.cancel },
  );
  if (!done.ok) return giveUp(call, done.error);
  if (out !== undefined) {
    const saved = await saveAll(out, done.value);
    if (!saved.ok) {
      complain(call, [saved.error.diagnostic]);
      return exitCodeOf(saved.error.kind);
    }
    call.streams.err(`wrote ${out}\n`);
  }
  await print(call, done.value, () => renderPrerequisites(done.value));
  return exitCodes.ok;
}

const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));

const notADate = (text: string) =>
  failure('invalid', 'PREREQ-NOT-A-DATE', `'${text}' is no date.`, { say: 'Write it as year, month and day: 2026-01-31.' });

/** One list in four forms, and a request for each owner. */
async function saveAll(folder: string, report: PrerequisiteReport): Promise<Result<void>> {
  const files: readonly (readonly [string, string])[] = [
    ['prerequisites.md', prerequisitesMarkdown(report)],
    ['prerequisites.html', prerequisitesPage(report)],
    ['prerequisites.json', `${JSON.stringify(report, null, 2)}\n`],
    ['prerequisites.csv', prerequisitesCsv(report)],
    ...report.owners.map((owner) => [`requests/${owner.name}.txt`, requestFor(report, owner)] as const),
  ];
  for (const [name, text] of files) {
    const saved = await saveReport(`${folder}/${name}`, text);
    if (!saved.ok) return saved;
  }
  return { ok: true, value: undefined };
}
