import { Argument, Command, CommanderError, Option } from 'commander';
import { type Call, complain, type Format, type Options, type Streams } from './call.js';
import { commands } from './commands.js';
import * as errors from './errors.js';
import { exitCodes } from './exit-codes.js';
import { type CommandGrammar, everywhere, grammar, groups, type OptionGrammar } from './grammar.js';
import { didYouMean } from './suggest.js';
import { typedCommand } from './typed-command.js';

/** What one call of the program needs from the process around it. */
export interface Surroundings {
  readonly streams: Streams;
  readonly version: string;
  /** How this user calls the program. */
  readonly program: string;
  /** Called once a command starts that is worth draining: from then on Ctrl-C aborts these, one after the other. */
  readonly interruptible: () => Stopping;
}

/** The wishes to stop, and where words about them go. */
export type Stopping = Pick<Call, 'drain' | 'cancel' | 'onNotice'>;

/** For commands that end at once: nothing to drain. */
const unstoppable = (): Stopping => ({
  drain: new AbortController().signal,
  cancel: new AbortController().signal,
  onNotice: () => {},
});

/** Parses the arguments, runs one command, and returns the exit code. Never throws for bad input. */
export async function runProgram(argv: readonly string[], around: Surroundings): Promise<number> {
  const { streams } = around;
  let code: number = exitCodes.ok;
  const program = new Command('strata')
    .description('Builds a Kubernetes platform of five layers from one definition, and rebuilds it on the clock.')
    .usage('COMMAND [DIR] [options]')
    .version(around.version, '-V, --version', 'print the version')
    .helpCommand('help [COMMAND]', 'show the help of a command');
  for (const part of grammar) {
    addCommand(program, part, async (args, values) => {
      code = await start(part, args, values, around);
    });
  }
  settle(program, streams);
  for (const command of program.commands) for (const one of [command, ...command.commands]) settle(one, streams);
  program.addHelpText('after', '\nStart with: strata init my-platform   Codes of errors: strata explain CODE');
  if (argv.length === 0) {
    program.outputHelp({ error: true });
    return exitCodes.badInput;
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.ok;
    if (error.code === 'commander.help') return exitCodes.badInput; // a group without a command: its help was shown
    complain({ streams }, [explain(error, argv, program)]);
    return exitCodes.badInput;
  }
}

type Action = (args: readonly string[], values: Readonly<Record<string, unknown>>) => Promise<void>;

function addCommand(program: Command, part: CommandGrammar, action: Action): void {
  const words = part.name.split(' ');
  const [group = ''] = words;
  const command = (words.length === 1 ? program : groupOf(program, group)).command(words.at(-1) ?? '').description(part.text);
  for (const { name, text, choices } of part.args)
    command.addArgument(choices ? new Argument(name, text).choices([...choices]) : new Argument(name, text));
  for (const option of [...part.options, ...everywhere]) command.addOption(optionOf(option));
  command.action(async () => action(command.args, command.opts()));
}

function groupOf(program: Command, name: string): Command {
  const known = program.commands.find((one) => one.name() === name);
  return known ?? program.command(name).description(groups[name] ?? '');
}

function optionOf({ flags, text, choices, repeats }: OptionGrammar): Option {
  const option = new Option(flags, text);
  if (repeats === true) return option.argParser((value, before: readonly string[] = []) => [...before, value]);
  return choices ? option.choices([...choices]) : option;
}

/** Errors are thrown and told by us; help goes to stdout in our width. */
function settle(command: Command, streams: Streams): void {
  command
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({
      writeOut: (text) => streams.out(text),
      writeErr: (text) => streams.err(text),
      outputError: () => {},
      getOutHelpWidth: () => Math.min(streams.outStyle.columns, 110),
      getErrHelpWidth: () => Math.min(streams.errStyle.columns, 110),
    });
}

async function start(
  part: CommandGrammar,
  args: readonly string[],
  values: Readonly<Record<string, unknown>>,
  around: Surroundings,
): Promise<number> {
  const text = (key: string): string | undefined => (typeof values[key] === 'string' ? values[key] : undefined);
  const folderAt = part.args.findIndex(({ name }) => name === '[DIR]');
  const positional = folderAt === -1 ? undefined : args[folderAt];
  const named = text('file');
  if (positional !== undefined && named !== undefined && positional !== named) {
    complain(around, [errors.twoFolders(positional, named)]);
    return exitCodes.badInput;
  }
  const load = commands[part.name];
  if (load === undefined) throw new Error(`the command ${part.name} has no code`);
  const { run } = await load();
  const options = readOptions(values, text, positional ?? named ?? '.');
  const call: Call = {
    args,
    options,
    streams: placed(around, options),
    version: around.version,
    ...(part.drains === true ? around.interruptible() : unstoppable()),
  };
  return run(call);
}

/** The streams, with commands in findings written as this user has to type them. */
function placed({ streams, program }: Surroundings, { directory, environment }: Options): Streams {
  const command = (text: string): string => typedCommand(text, { program, directory, environment });
  return { ...streams, outStyle: { ...streams.outStyle, command }, errStyle: { ...streams.errStyle, command } };
}

const formats: Readonly<Record<string, Format>> = { table: 'table', json: 'json', yaml: 'yaml' };

const optionalTexts = [
  ...(['environment', 'out', 'plan', 'confirm', 'html', 'name', 'snapshot', 'kubeconfig'] as const),
  ...(['key', 'passphraseFile', 'release', 'expires', 'volumeSize', 'against'] as const),
  ...(['situation', 'start'] as const),
  ...(['size', 'component', 'path', 'repo', 'revision', 'namespace'] as const),
] as const;

function readOptions(
  values: Readonly<Record<string, unknown>>,
  text: (key: string) => string | undefined,
  directory: string,
): Options {
  const optional = optionalTexts.flatMap((key) => {
    const value = text(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    directory,
    output: formats[text('output') ?? 'table'] ?? 'table',
    events: text('events') !== undefined,
    yes: values.yes === true,
    verbose: values.verbose === true,
    detailedExitcode: values.detailedExitcode === true,
    install: values.install === true,
    offline: values.offline === true,
    verify: values.verify === true,
    cold: values.cold === true,
    all: values.all === true,
    dryRun: values.dryRun === true,
    withRequirements: values.withRequirements === true,
    deleteFiles: values.deleteFiles === true,
    allowMissing: values.allowMissing === true,
    allowUnsigned: values.allowUnsigned === true,
    allowOlder: values.allowOlder === true,
    set: Array.isArray(values.set) ? values.set.filter((one): one is string => typeof one === 'string') : [],
    ...Object.fromEntries(optional),
  };
}

/** commander's complaint as one of our findings. */
function explain(error: CommanderError, argv: readonly string[], program: Command) {
  const words = argv.filter((arg) => !arg.startsWith('-'));
  const first = program.commands.find((one) => one.name() === words[0]);
  const second = first?.commands.find((one) => one.name() === words[1]);
  const command = second ?? first;
  const name = [first, second].flatMap((one) => (one === undefined ? [] : [one.name()])).join(' ');
  const message = error.message.replace(/^error: /, '');
  const word = /'([^']*)'/.exec(message)?.[1] ?? '';
  if (error.code === 'commander.unknownCommand') {
    const known = (first ?? program).commands.map((one) => one.name());
    return errors.unknownCommand(word, didYouMean(word, known), first?.name());
  }
  if (error.code === 'commander.unknownOption') {
    const known = (command ?? program).options.flatMap((option) => [option.long ?? '', option.short ?? '']);
    return errors.unknownOption(word, name, didYouMean(word, known));
  }
  return errors.badArguments(message, name);
}
