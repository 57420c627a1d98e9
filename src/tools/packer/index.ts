import type { Command, Failure, Output, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

export * from './image-build.js';

/** A build with Packer's HCL templates. */
export interface PackerBuild {
  /** Absolute path of the folder of templates. */
  readonly templates: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Environment of the provisioners as well. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where Packer may keep what it downloads and its temporary files; must exist. */
  readonly home: string;
  readonly deadlineMs: number;
}

/** The command; variables are arguments, never files, so a killed run leaves none. */
export function packerCommand({ templates, variables, env, home, deadlineMs }: PackerBuild): Command {
  return {
    tool: 'packer',
    args: [
      'build',
      '-color=false',
      ...Object.entries(variables).flatMap(([name, value]) => ['-var', `${name}=${value}`]),
      templates,
    ],
    // No call home for newer versions; no log file beside the user's project.
    env: { ...env, CHECKPOINT_DISABLE: '1', PACKER_NO_COLOR: '1', PACKER_CACHE_DIR: `${home}/packer`, TMPDIR: home },
    cwd: home,
    deadlineMs,
    stream: true,
  };
}

/** Builds; what the provisioners did is in the files they wrote. */
export async function packerBuild(w: World, build: PackerBuild): Promise<Result<Output>> {
  const ran = await w.change(packerCommand(build));
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ran : err(buildFailed(ran.value));
}

/** Checks templates without running them. */
export async function packerValidate(w: World, build: Pick<PackerBuild, 'templates' | 'variables'>): Promise<Result<void>> {
  const args = [
    'validate',
    ...Object.entries(build.variables).flatMap(([name, value]) => ['-var', `${name}=${value}`]),
    build.templates,
  ];
  const ran = await w.change({ tool: 'packer', args, env: { CHECKPOINT_DISABLE: '1', PACKER_NO_COLOR: '1' } });
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(buildFailed(ran.value));
}

const buildFailed = (output: Output): Failure =>
  failure('tool-failed', 'PACKER-FAILED', `packer ended with ${output.code}: ${failureLines(output.stdout)}`, {
    say: 'Read the lines of the failed task above, mend the role, and run again: the base is kept.',
    command: 'strata up',
  });

/**
 * The lines that say why, for the message only; recorded from packer 1.6.6 with the ansible provisioner, whose exit code says no more:
 * `    null.machine: fatal: [default]: FAILED! => {…}`, `    null.machine: ERROR! couldn't resolve module/action …` and `--> null.machine: Error executing Ansible: …`.
 */
export function failureLines(stdout: string): string {
  const lines = stdout.split('\n').filter((line) => /: fatal: \[|: ERROR! |^--> .*[Ee]rror/.test(line));
  const chosen = lines.length === 0 ? stdout.trim().split('\n').slice(-3) : lines.slice(-3);
  return chosen.map((line) => line.trim().slice(0, 400)).join(' · ');
}
