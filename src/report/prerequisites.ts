import type { PrerequisiteReport, Scheduled } from '../model/index.js';

type Owner = PrerequisiteReport['owners'][number];

/** What is asked of one owner, in the order in which it is asked for. */
export const askedOf = (report: PrerequisiteReport, owner: Owner): readonly Scheduled[] =>
  report.items
    .filter((one) => one.owner === owner.name && !one.met)
    .sort((a, b) => a.ask.localeCompare(b.ask) || a.id.localeCompare(b.id));

/** `36 vCPUs`, `1 vCPU`; units are written in the plural. */
export const amountOf = ({ value, unit }: NonNullable<Scheduled['number']>): string =>
  `${value} ${value === 1 ? unit.replace(/(?<=ss)es$|(?<!s)s$/, '') : unit}`;

const counted = ({ what, number }: Scheduled): string => (number === undefined ? what : `${what} (${amountOf(number)})`);
const days = (count: number): string => (count === 1 ? '1 working day' : `${count} working days`);

/** For the terminal: by owner, what to ask for when, and when it can be there. */
export function renderPrerequisites(report: PrerequisiteReport): string {
  const open = report.items.filter(({ met }) => !met);
  const critical = new Set(report.critical);
  const sections = report.owners.flatMap((owner) => {
    const asked = askedOf(report, owner);
    if (asked.length === 0) return [];
    const lines = asked.flatMap((one) => [
      `  ${critical.has(one.id) ? '!' : ' '} ${one.expect}  ${one.kind.padEnd(11)} ${counted(one)}`,
      `                 ${one.id}${one.items.length === 0 ? '' : `: ${short(one.items)}`}`,
    ]);
    return [`${owner.title}${owner.contact === undefined ? '' : ` <${owner.contact}>`}: ${asked.length}`, ...lines, ''];
  });
  const head = `Prerequisites of ${report.platform}/${report.environment}, ${report.situation}: ${open.length} to ask for, ${report.items.length - open.length} met`;
  const silent = report.silent.length === 0 ? [] : [`Nothing is known of what these need: ${report.silent.join(', ')}`];
  const last = report.critical.length === 0 ? [] : [`! decides the day: ${report.critical.join(' → ')}`];
  return `${[head, `Asked for on ${report.start}, all of it can be there on ${report.ready}.`, '', ...sections, ...last, ...silent].join('\n')}\n`;
}

const short = (items: readonly string[]): string =>
  items.length <= 3 ? items.join('; ') : `${items.slice(0, 3).join('; ')}; and ${items.length - 3} more`;

/** The same as a document: a table of all, then the lists in full. */
export function prerequisitesMarkdown(report: PrerequisiteReport): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = report.items.map(
    (one) =>
      `| ${one.met ? 'met' : one.expect} | ${one.kind} | ${cell(counted(one))} | ${ownerTitle(report, one)} | ${days(one.leadDays)} | \`${one.id}\` |`,
  );
  const details = report.items.map(
    (one) =>
      `### ${one.id}\n\n${counted(one)}\n\n${one.why}\n${one.items.length === 0 ? '' : `\n${one.items.map((item) => `- ${item}`).join('\n')}\n`}${one.after.length === 0 ? '' : `\nAfter: ${one.after.join(', ')}\n`}`,
  );
  return `# Prerequisites of ${report.platform}, environment ${report.environment}

Situation: ${report.situation}. Asked for on ${report.start}, all of it can be there on **${report.ready}**.${report.critical.length === 0 ? '' : ` What decides that day: ${report.critical.join(' → ')}.`}

| there | kind | what | owner | lead time | id |
|---|---|---|---|---|---|
${rows.join('\n')}
${report.silent.length === 0 ? '' : `\nNothing is known of what these need: ${report.silent.join(', ')}.\n`}
## In full

${details.join('\n')}`;
}

const ownerTitle = (report: PrerequisiteReport, { owner }: Scheduled): string =>
  report.owners.find(({ name }) => name === owner)?.title ?? owner;

/** What is asked for, by its id: whoever gets a request knows no ids. */
export const titleOf = ({ items }: PrerequisiteReport, id: string): string => items.find((one) => one.id === id)?.what ?? id;

/** Ready to send: everything one owner is asked for, with why and until when. */
export function requestFor(report: PrerequisiteReport, owner: Owner): string {
  const asked = askedOf(report, owner);
  const entries = asked.map(
    (one, at) =>
      `${at + 1}. ${counted(one)}\n   Needed by ${one.expect}${one.after.length === 0 ? '' : `, after: ${one.after.map((id) => titleOf(report, id)).join('; ')}`}. ${one.why}\n${one.items.map((item) => `   - ${item}\n`).join('')}`,
  );
  return `To: ${owner.title}${owner.contact === undefined ? '' : ` <${owner.contact}>`}
Subject: ${report.platform} ${report.environment}: ${asked.length} ${asked.length === 1 ? 'request' : 'requests'}, the last needed by ${
    asked
      .map(({ expect }) => expect)
      .sort()
      .at(-1) ?? report.ready
  }

We are preparing the Kubernetes platform "${report.platform}", environment "${report.environment}". For it we need the following from you.

${entries.join('\n')}
Please answer with the number of each request once it is granted, or with what stands against it.
`;
}

const quotedCell = (text: string): string => {
  // A cell that begins like a formula would be run by a spreadsheet.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** For spreadsheets and ticket systems: one line each (RFC 4180). */
export function prerequisitesCsv(report: PrerequisiteReport): string {
  const head = ['id', 'kind', 'what', 'number', 'unit', 'owner', 'lead days', 'ask', 'expect', 'met', 'after', 'items', 'why'];
  const rows = report.items.map((one) => [
    one.id,
    one.kind,
    one.what,
    one.number === undefined ? '' : String(one.number.value),
    one.number?.unit ?? '',
    ownerTitle(report, one),
    String(one.leadDays),
    one.ask,
    one.expect,
    one.met ? 'yes' : 'no',
    one.after.join(' '),
    one.items.join('\n'),
    one.why,
  ]);
  return [head, ...rows].map((row) => `${row.map(quotedCell).join(',')}\r\n`).join('');
}
