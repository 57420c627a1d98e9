/** Where a command is meant to work. */
export interface Whereabouts {
  /** How this user calls the program, e.g. `./strata`. */
  readonly program: string;
  /** Folder of `platform.yaml`; `.` is not written. */
  readonly directory: string;
  readonly environment?: string | undefined;
}

/** Commands that take a folder and an environment. */
const placed = /^strata (validate|plan|rehearse|up|status|destroy|drill|doctor|evidence)(?= |$)/;

/** Commands that name something first: their folder goes behind all of it. */
const placedBehind = /^strata (package|app) /;

/** A command of ours as this user has to type it; others are left alone. */
export function typedCommand(command: string, { program, directory, environment }: Whereabouts): string {
  if (!/^strata( |$)/.test(command)) return command;
  const matched = placed.exec(command);
  const rest = matched === null ? command.slice('strata'.length) : command.slice(matched[0].length);
  if (matched === null) return program + rest + (placedBehind.test(command) ? behind({ directory, environment }) : '');
  const folder = directory === '.' ? '' : ` ${quoted(directory)}`;
  const named = environment === undefined || /(^| )(-e|--environment)( |$)/.test(rest) ? '' : ` -e ${quoted(environment)}`;
  return `${program} ${matched[1]}${folder}${named}${rest}`;
}

const behind = ({ directory, environment }: Omit<Whereabouts, 'program'>): string =>
  (directory === '.' ? '' : ` -f ${quoted(directory)}`) + (environment === undefined ? '' : ` -e ${quoted(environment)}`);

/** Quotes a word where a shell would take it apart. */
const quoted = (word: string): string => (/^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
