import type { Diagnostic, FailureKind } from '../model/index.js';
import { renderDiagnostics, type Sources } from '../report/diagnostics.js';
import type { Style } from '../report/style.js';
import { exitCodeOf } from './exit-codes.js';

/** Forms of the one document on stdout. */
export type Format = 'table' | 'json' | 'yaml';

/** Every option of every command, read once; a command looks at its own. */
export interface Options {
  readonly directory: string;
  readonly environment?: string;
  readonly output: Format;
  readonly events: boolean;
  readonly yes: boolean;
  readonly verbose: boolean;
  readonly detailedExitcode: boolean;
  readonly install: boolean;
  readonly offline: boolean;
  readonly verify: boolean;
  readonly cold: boolean;
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly withRequirements: boolean;
  readonly deleteFiles: boolean;
  readonly set: readonly string[];
  readonly size?: string;
  readonly component?: string;
  readonly path?: string;
  readonly repo?: string;
  readonly revision?: string;
  readonly namespace?: string;
  readonly snapshot?: string;
  readonly kubeconfig?: string;
  readonly out?: string;
  readonly plan?: string;
  readonly confirm?: string;
  readonly html?: string;
  readonly name?: string;
  readonly situation?: string;
  readonly start?: string;
  readonly key?: string;
  readonly passphraseFile?: string;
  readonly release?: string;
  readonly expires?: string;
  readonly volumeSize?: string;
  readonly against?: string;
  readonly allowMissing: boolean;
  readonly allowUnsigned: boolean;
  readonly allowOlder: boolean;
}

/** Where a command writes: data to `out`, everything else to `err`. */
export interface Streams {
  out(text: string): void;
  err(text: string): void;
  readonly outStyle: Style;
  readonly errStyle: Style;
  /** True where `err` can be redrawn in place. */
  readonly live: boolean;
  rows(): number;
  columns(): number;
}

/** One call of a command. */
export interface Call {
  readonly args: readonly string[];
  readonly options: Options;
  readonly streams: Streams;
  readonly version: string;
  /** Aborts at the first Ctrl-C or TERM: running steps finish. */
  readonly drain: AbortSignal;
  /** Aborts at the second: running steps are interrupted. The third ends the program. */
  readonly cancel: AbortSignal;
  /** Says where words about stopping go while a live view holds the screen. */
  onNotice(show: (text: string) => void): void;
}

/** Why a use case did not begin. */
export interface Trouble {
  readonly kind: FailureKind;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
}

/** What each file in `commands/` exports as `run`; returns the exit code. */
export type Run = (call: Call) => Promise<number>;

/** Writes one document: JSON or YAML by `-o`, else the text for people. */
export async function print({ options, streams }: Call, document: object, text: () => string): Promise<void> {
  if (options.output === 'json') return streams.out(`${JSON.stringify(document, null, 2)}\n`);
  if (options.output === 'yaml') {
    const { stringify } = await import('yaml');
    return streams.out(stringify(JSON.parse(JSON.stringify(document)), { lineWidth: 0 }));
  }
  streams.out(text());
}

/** Findings go to stderr, with the lines they point at. */
export function complain(
  { streams }: Pick<Call, 'streams'>,
  diagnostics: readonly Diagnostic[],
  sources: Sources = new Map(),
): void {
  streams.err(renderDiagnostics(diagnostics, sources, streams.errStyle));
}

/** Tells why a use case did not begin, and gives its exit code. */
export function giveUp(call: Pick<Call, 'streams'>, { kind, diagnostics, sources }: Trouble): number {
  complain(call, diagnostics, sources);
  return exitCodeOf(kind);
}
