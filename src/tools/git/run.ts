import type { Command, Failure, Output, ReadWorld, Result } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/**
 * Cuts git off from whoever runs it: no system or user configuration, no prompts, no hooks.
 * What a repository holds then depends on its content alone.
 */
export const isolation = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
} as const;

const settings = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.autocrlf=false',
  '-c',
  'core.excludesFile=/dev/null',
  '-c',
  'gc.auto=0',
];

/** A git command on a bare repository; `git` is its absolute folder. */
export function gitCommand(git: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
  return { tool: 'git', args: [...settings, `--git-dir=${git}`, ...args], env: { ...isolation, ...env } };
}

/** Runs a command that only looks, and hands back what it said whatever its code. */
export const look = (r: ReadWorld, git: string, args: readonly string[]): Promise<Result<Output>> =>
  r.query(gitCommand(git, args));

/** Judges a finished command by its code. */
export function judged(what: string, done: Result<Output>): Result<string> {
  if (!done.ok) return done;
  return done.value.code === 0 ? ok(done.value.stdout.trimEnd()) : err(gitFailed(what, done.value));
}

/** Git ended with a code it should not have ended with. */
export const gitFailed = (what: string, output: Output): Failure =>
  failure('tool-failed', 'GIT-FAILED', `git ${what} ended with ${output.code}: ${lastLines(output.stderr)}`, {
    say: 'Check that the repository is readable and that its disk has space.',
    command: 'git fsck --full',
  });

const lastLines = (text: string): string => text.trim().split('\n').slice(-4).join(' ');
