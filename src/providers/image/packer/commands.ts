import type { Command, Output, ReadWorld, Result, World } from '../../../model/index.js';
import { err, ok } from '../../../model/index.js';
import { commandFailed } from './errors.js';

/** A small program of the base system, with what it does in words. */
export type Deed = Pick<Command, 'tool' | 'args' | 'stdin' | 'deadlineMs'> & { readonly what: string };

/** Runs it; any other end than 0 is a failure. */
export async function run(w: World, { what, ...command }: Deed): Promise<Result<string>> {
  return judged(what, await w.change(command));
}

/** Runs them one after the other, up to the first failure. */
export async function runAll(w: World, deeds: readonly Deed[]): Promise<Result<void>> {
  for (const deed of deeds) {
    const done = await run(w, deed);
    if (!done.ok) return done;
  }
  return ok(undefined);
}

/** Looks with it. */
export async function ask(w: ReadWorld, { what, ...command }: Deed): Promise<Result<string>> {
  return judged(what, await w.query(command));
}

function judged(what: string, ran: Result<Output>): Result<string> {
  if (!ran.ok) return ran;
  return ran.value.code === 0
    ? ok(ran.value.stdout)
    : err(commandFailed(what, ran.value.code, ran.value.stderr || ran.value.stdout));
}

/** The first failure of results that were made one after the other. */
export async function inOrder(...works: readonly (() => Promise<Result<unknown>>)[]): Promise<Result<void>> {
  for (const work of works) {
    const done = await work();
    if (!done.ok) return done;
  }
  return ok(undefined);
}
