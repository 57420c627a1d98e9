import type { ErrorPage, Failure } from '../../model/index.js';
import { failure } from '../../model/index.js';

/** Who holds a lock, as far as it says. */
export interface LockHolder {
  readonly id: string;
  readonly who: string;
  readonly operation: string;
  readonly created: string;
}

/** The cloud got no credentials. */
export const credentialsMissing = (said: string): Failure =>
  failure('refused', 'TERRAFORM-CREDENTIALS', `No credentials for the cloud were found: ${said}`, {
    say: "Name a profile of the cloud's own configuration, or secrets of the environment, under `credentials` of this component.",
    command: 'strata explain TERRAFORM-CREDENTIALS',
  });

/** The cloud refuses the credentials it got. */
export const credentialsRefused = (said: string): Failure =>
  failure('refused', 'TERRAFORM-EXPIRED', `The cloud refuses the credentials: ${said}`, {
    say: 'Sign in again, or keep new secrets, then run again: what stands already is found again.',
    command: 'strata up',
  });

/** The credentials are good, but not for this. */
export const denied = (said: string): Failure =>
  failure('refused', 'TERRAFORM-DENIED', `The credentials may not do this: ${said}`, {
    say: 'Give the role the permission that is named; the provider’s page lists what it needs.',
    command: 'strata explain TERRAFORM-DENIED',
  });

/** The cloud has no more of it for this account. */
export const quotaExceeded = (said: string): Failure =>
  failure('exhausted', 'TERRAFORM-QUOTA', `A quota or the capacity of the cloud is used up: ${said}`, {
    say: 'Have the quota raised, use fewer or smaller machines or another zone, then run again: what stands is kept.',
    command: 'strata up',
  });

/** The machine image is not there any more. */
export const imageGone = (said: string): Failure =>
  failure('invalid', 'TERRAFORM-IMAGE-GONE', `The machine image is not there: ${said}`, {
    say: 'Build the image again in this region and account, or name one that exists.',
    command: 'strata up --from image',
  });

/** Somebody else works on the same state. */
export const locked = ({ id, who, operation, created }: LockHolder, folder: string): Failure =>
  failure(
    'conflict',
    'TERRAFORM-LOCKED',
    `The state is locked by ${who || 'somebody'} (${operation || 'unknown work'}, since ${created || 'an unknown time'}, lock ${id}).`,
    {
      say: 'Wait until it is done. Only where that process is known to be gone, release its lock and run again.',
      command: `terraform -chdir=${folder} force-unlock ${id}`,
    },
  );

/** A plugin (Terraform calls it provider) cannot be had. */
export const pluginMissing = (said: string): Failure =>
  failure('tool-missing', 'TERRAFORM-PLUGIN', `A Terraform provider cannot be had: ${said}`, {
    say: 'Let this machine reach the registry, or fill a mirror on one that does and name it under `plugins` of this component.',
    command: 'terraform providers mirror DIR',
  });

/** The state moved on after the plan was made. */
export const planStale = (): Failure =>
  failure('not-ready', 'TERRAFORM-STALE', 'The state changed after the plan was made; that plan is not applied.', {
    say: 'Run again: a new plan is made.',
    command: 'strata up',
  });

/** Something took longer than its provider waits. */
export const timedOut = (said: string): Failure =>
  failure('timeout', 'TERRAFORM-TIMEOUT', `The cloud did not finish in time: ${said}`, {
    say: 'Run again: what was made meanwhile is found by its tags and taken over, not made twice.',
    command: 'strata up',
  });

/** An endpoint of the cloud or of the state does not answer. */
export const unreachable = (said: string): Failure =>
  failure('network', 'TERRAFORM-NETWORK', `An endpoint does not answer: ${said}`, {
    say: 'Check the way out of this machine, its proxy and the endpoints of this component, then run again.',
    command: 'strata up',
  });

/** Anything else. */
export const runFailed = (what: string, code: number, said: string): Failure =>
  failure('tool-failed', 'TERRAFORM-FAILED', `${what} ended with ${code}: ${said}`, {
    say: 'Read what it said, mend it, and run again: what stands already is kept.',
    command: 'strata up',
  });

/** What it printed is not of the form it documents. */
export const unreadable = (what: string, said: string): Failure =>
  failure('tool-failed', 'TERRAFORM-UNREADABLE', `Terraform printed ${what} in a form that is not known: ${said.slice(0, 200)}`, {
    say: 'Check its version; 1.8 and newer are known, OpenTofu as well.',
    command: 'strata doctor',
  });

/** What `strata explain` says of these codes. */
export const pages: readonly ErrorPage[] = [
  {
    code: 'TERRAFORM-CREDENTIALS',
    title: 'The cloud got no credentials',
    explanation:
      'Terraform found no credentials where it looks for them: the environment it is given, the profile that is named, and the files and services of the cloud’s own tools. Strata hands over nothing of your shell’s environment.',
    remedy:
      'Set `credentials` of the component: a profile of the cloud’s own configuration files, or names of secrets that the environment keeps. Secrets reach Terraform through its environment, never as arguments and never as files of the project.',
  },
  {
    code: 'TERRAFORM-LOCKED',
    title: 'Somebody else works on the same state',
    explanation:
      'The state of the infrastructure is locked while somebody plans or applies, so that two runs cannot overwrite each other. The message names who holds the lock, what for and since when. A run that was killed on another machine may leave its lock behind.',
    remedy:
      'Wait for the other run. If that process is known to be gone, release the lock with the command shown; it names the lock, so another one is never released by mistake.',
  },
];
