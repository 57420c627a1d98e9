import type { Diagnostic, ErrorPage } from '../model/index.js';

const cli = (code: string, message: string, say: string, command?: string): Diagnostic => ({
  code,
  severity: 'error',
  message,
  remedies: [{ say, ...(command !== undefined && { command }) }],
});

const maybe = (near: string | undefined, otherwise: string): string =>
  near === undefined ? otherwise : `did you mean "${near}"?`;

/** The first word is no command, or the second none of the group. */
export const unknownCommand = (word: string, near: string | undefined, group?: string): Diagnostic => {
  const strata = group === undefined ? 'strata' : `strata ${group}`;
  return cli(
    'CLI-UNKNOWN-COMMAND',
    `there is no command "${group === undefined ? word : `${group} ${word}`}"`,
    maybe(near, `the commands are listed by: ${strata} --help`),
    near && `${strata} ${near}`,
  );
};

/** A flag that the command does not have. */
export const unknownOption = (flag: string, command: string, near: string | undefined): Diagnostic =>
  cli(
    'CLI-UNKNOWN-OPTION',
    `"strata ${command}" has no option ${flag}`,
    maybe(near, `its options are listed by: strata ${command} --help`),
  );

/** Too few, too many, or a value outside its list. */
export const badArguments = (message: string, command: string): Diagnostic =>
  cli('CLI-BAD-ARGUMENTS', message, 'how it is called:', `strata ${command} --help`.replace('  ', ' '));

/** A folder given twice. */
export const twoFolders = (first: string, second: string): Diagnostic =>
  cli('CLI-BAD-ARGUMENTS', `two folders are named: ${first} and ${second}`, 'name the folder once, as DIR or with --file');

/** Neither a code nor a step of that name. */
export const nothingToExplain = (word: string, what: 'code' | 'step'): Diagnostic =>
  cli(
    'CLI-NOTHING-TO-EXPLAIN',
    `there is no ${what} "${word}"`,
    what === 'code' ? 'the codes are listed in docs/errors' : 'the steps are listed by: strata plan',
  );

/** A throw that nothing expected. */
export const bug = (message: string, version: string): Diagnostic =>
  cli(
    'BUG',
    `Strata ${version} failed in a way it should not: ${message}`,
    'please report this, with the command you ran; STRATA_DEBUG=1 adds the place in the code',
  );

/** Pages for `strata explain`. */
export const pages: readonly ErrorPage[] = [
  {
    code: 'CLI-UNKNOWN-COMMAND',
    title: 'There is no such command',
    explanation: 'The first word after `strata` must be one of its commands.',
    remedy: 'Run `strata --help` for the list. A word that is nearly right is suggested.',
    example: '$ strata plna\nerror: there is no command "plna" [CLI-UNKNOWN-COMMAND]\n  → did you mean "plan"?',
  },
  {
    code: 'CLI-UNKNOWN-OPTION',
    title: 'The command has no such option',
    explanation: 'Options belong to commands; not every command has every option.',
    remedy: 'Run the command with `--help` for its options.',
  },
  {
    code: 'CLI-BAD-ARGUMENTS',
    title: 'The command was called with arguments it cannot take',
    explanation: 'An argument is missing, one is too many, or a value is not in the list of possible ones.',
    remedy: 'Run the command with `--help`; it shows the arguments and their values.',
  },
  {
    code: 'CLI-NOTHING-TO-EXPLAIN',
    title: 'Nothing of that name can be explained',
    explanation:
      '`strata explain` takes the code of a finding (`SPEC-UNKNOWN-KEY`) or the id of a step (`kubernetes/cluster/init`).',
    remedy: 'Copy the code from the brackets behind a message, or a step from `strata plan`.',
  },
  {
    code: 'BUG',
    title: 'Strata failed in a way it should not',
    explanation:
      'Expected trouble has a code of its own. This one means that something happened which nobody foresaw: the fault is in Strata.',
    remedy:
      'Report it with the command you ran. `STRATA_DEBUG=1` adds the place in the code. `strata up` goes on where the run stopped.',
  },
];
