// docs/errors/*: one page per code; docs/cli.md: the command line. Both from the sources.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codesIn } from './error-codes.mjs';
import { settle } from './generated.mjs';
import { root, source } from './source.mjs';

const sources = readdirSync(join(root, 'src'), { recursive: true })
  .map((path) => `src/${path}`)
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('src/testkit/'))
  .sort();

/** Pages written by hand: the `pages` of any errors.ts or error-pages.ts. */
const written = new Map();
for (const path of sources.filter((one) => /\/(errors|error-pages)\.ts$/.test(one))) {
  if (!/export (const pages\b|\{ pages \})/.test(readFileSync(join(root, path), 'utf8'))) continue;
  const { pages } = await source(path);
  for (const page of pages) written.set(page.code, page);
}

/** What the sources themselves say of every code. */
const found = new Map();
for (const path of sources) {
  for (const one of codesIn(path, readFileSync(join(root, path), 'utf8'))) {
    const known = found.get(one.code);
    found.set(
      one.code,
      known === undefined
        ? one
        : { ...known, messages: [...known.messages, ...one.messages], remedies: [...known.remedies, ...one.remedies] },
    );
  }
}

const unique = (list) => [...new Set(list)];
const fence = (text) => `\`\`\`\n${text}\n\`\`\`\n`;

function pageOf(code) {
  const page = written.get(code);
  const facts = found.get(code);
  const parts = [`# ${code}\n`, `**${page?.title ?? facts.title}**\n`];
  if (page !== undefined) parts.push(`${page.explanation}\n`, '## What to do\n', `${page.remedy}\n`);
  if (page?.example !== undefined) parts.push('## Example\n', fence(page.example));
  if (page === undefined) {
    if (facts.messages.length > 0)
      parts.push(
        '## Message\n',
        `${unique(facts.messages)
          .map((text) => `- ${text}`)
          .join('\n')}\n`,
      );
    if (facts.remedies.length > 0)
      parts.push(
        '## What to do\n',
        `${unique(facts.remedies)
          .map((text) => `- ${text}`)
          .join('\n')}\n`,
      );
  }
  if (facts?.kind !== undefined) parts.push(`Kind of failure: \`${facts.kind}\`.\n`);
  return `${parts.join('\n').trim()}\n`;
}

const codes = unique([...written.keys(), ...found.keys()]).sort();
const files = new Map(codes.map((code) => [`docs/errors/${code}.md`, pageOf(code)]));
const titleOf = (code) => written.get(code)?.title ?? found.get(code).title;
files.set(
  'docs/errors/readme.md',
  `# Codes of findings and failures\n\nGenerated from the sources; \`strata explain CODE\` prints a page.\n\n| code | what happened |\n|---|---|\n${codes.map((code) => `| [${code}](${code}.md) | ${titleOf(code).replaceAll('|', '\\|')} |`).join('\n')}\n`,
);
settle(files, { folder: 'docs/errors' });

const { grammar, everywhere } = await source('src/cli/grammar.ts');
const { exitCodes } = await source('src/cli/exit-codes.ts');
const optionRow = ({ flags, text, choices }) =>
  `| \`${flags.replaceAll('|', '\\|')}\` | ${text}${choices ? `: ${choices.join(', ')}` : ''} |`;
const command = (one) => {
  const usage = `strata ${[one.name, ...one.args.map((arg) => arg.name)].join(' ')}`;
  const args = one.args.map(
    (arg) => `| \`${arg.name.replaceAll('|', '\\|')}\` | ${arg.text}${arg.choices ? `: ${arg.choices.join(', ')}` : ''} |`,
  );
  return `## ${usage}\n\n${one.text}.\n\n| argument, option | meaning |\n|---|---|\n${[...args, ...[...one.options, ...everywhere].map(optionRow)].join('\n')}\n`;
};
const exitTexts = {
  ok: 'done',
  failed: 'the operation failed',
  changes: 'the plan has changes (only with `--detailed-exitcode`)',
  badInput: 'the input is wrong: arguments or definition',
  corrupt: 'stored data does not match its digest',
  exhausted: 'disk, memory or another resource is used up',
  network: 'an endpoint did not answer',
  locked: 'somebody else holds the environment',
  version: 'written by a newer Strata, or Node.js is too old',
  policy: 'a rule or a gate said no',
  interrupted: 'stopped by Ctrl-C',
};
const exits = Object.entries(exitCodes).map(([name, number]) => `| ${number} | ${exitTexts[name]} |`);
settle(
  new Map([
    [
      'docs/cli.md',
      `# Command line\n\nGenerated from the grammar. Data goes to stdout, progress and findings to stderr. \`NO_COLOR\`, \`FORCE_COLOR\`, \`TERM=dumb\` and \`CI\` are honoured. The first Ctrl-C lets running steps finish, the second interrupts them, the third ends at once; \`strata up\` goes on in every case.\n\n${grammar.map(command).join('\n')}\n## Exit codes\n\n| code | meaning |\n|---|---|\n${exits.join('\n')}\n`,
    ],
  ]),
);
