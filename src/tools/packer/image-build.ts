import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Command, Failure, Output, Result, SecretRef, World } from '../../model/index.js';
import { err, failure } from '../../model/index.js';

/** A build whose values are in files and whose output is read by a program. */
export interface ImageBuild {
  /** Absolute path of the folder of templates. */
  readonly templates: string;
  /** Files with values, `.pkrvars.json`. */
  readonly values: readonly string[];
  readonly env: Readonly<Record<string, string | SecretRef>>;
  /** Where Packer may keep what it downloads; must exist. */
  readonly home: string;
  readonly deadlineMs: number;
}

/** The command: every line on stdout is `time,target,kind,data…`. */
export const imageBuildCommand = ({ templates, values, env, home, deadlineMs }: ImageBuild): Command => ({
  tool: 'packer',
  args: ['build', '-machine-readable', ...values.map((file) => `-var-file=${file}`), templates],
  env: { ...env, CHECKPOINT_DISABLE: '1', PACKER_CACHE_DIR: `${home}/packer`, TMPDIR: home },
  cwd: home,
  deadlineMs,
  stream: true,
});

/** Builds; a failure is told apart by what the builder says. */
export async function buildImage(w: World, build: ImageBuild): Promise<Result<Output>> {
  const ran = await w.change(imageBuildCommand(build));
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ran : err(explainBuild(ran.value));
}

/** One line of Packer's machine-readable output. */
export interface MachineLine {
  readonly target: string;
  readonly kind: string;
  readonly data: readonly string[];
}

/** Reads the output: commas and line ends inside a value come escaped. */
export function parseMachineLines(stdout: string): readonly MachineLine[] {
  return stdout.split('\n').flatMap((line) => {
    const [time = '', target = '', kind, ...data] = line.split(',');
    if (!/^\d+$/.test(time) || kind === undefined) return [];
    return [{ target, kind, data: data.map((part) => part.replaceAll('%!(PACKER_COMMA)', ',').replaceAll('\\n', '\n')) }];
  });
}

/** What the build ended with, by its own error lines. */
export const buildErrors = (stdout: string): readonly string[] =>
  parseMachineLines(stdout)
    .filter(({ kind }) => kind === 'error')
    .map(({ data }) => data.join(',').trim());

const Manifest = Type.Object({
  last_run_uuid: Type.String(),
  builds: Type.Array(Type.Object({ builder_type: Type.String(), artifact_id: Type.String(), packer_run_uuid: Type.String() })),
});

/** Id of the artefact that the last run made, from the manifest post-processor's file. */
export function parsePackerManifest(json: string): string | undefined {
  const parsed: unknown = JSON.parse(json);
  if (!Value.Check(Manifest, parsed)) return undefined;
  return parsed.builds.find(({ packer_run_uuid }) => packer_run_uuid === parsed.last_run_uuid)?.artifact_id;
}

interface Cause {
  readonly pattern: RegExp;
  readonly make: (said: string) => Failure;
}

// Builders have no codes of their own: these are the APIs' codes and phrases, as Packer passes them on; samples in the test.
const causes: readonly Cause[] = [
  {
    pattern:
      /NoCredentialProviders|no valid credential sources|ExpiredToken|RequestExpired|AuthFailure|InvalidClientTokenId|AADSTS7000\d+|InvalidAuthenticationToken|Cannot complete login due to an incorrect user name or password/,
    make: (said) =>
      failure('refused', 'PACKER-CREDENTIALS', `The target takes no credentials of this environment: ${said}`, {
        say: 'Sign in again, or keep new ones as the secrets that the component names.',
        command: 'strata plan',
      }),
  },
  {
    pattern:
      /VcpuLimitExceeded|InstanceLimitExceeded|MaxSpotInstanceCountExceeded|VolumeLimitExceeded|QuotaExceeded|exceeding approved .* quota|Insufficient disk space|insufficient (resources|capacity)|InsufficientInstanceCapacity/i,
    make: (said) =>
      failure('exhausted', 'PACKER-QUOTA', `The target has no room for the build machine: ${said}`, {
        say: 'Ask for a higher quota, choose a smaller build machine or another place, then run again: nothing was made.',
        command: 'strata up',
      }),
  },
  {
    pattern:
      /No AMI was found matching filters|InvalidAMIID\.(NotFound|Unavailable)|PlatformImageNotFound|ImageVersionDeprecated|(?:vm|template) '?[^']*'? not found|checksum(s)? did not match/i,
    make: (said) =>
      failure('invalid', 'PACKER-SOURCE', `The image to start from is gone or another one: ${said}`, {
        say: 'Name another one with `source`, `template`, `iso` or `image` of the target.',
        command: 'strata validate',
      }),
  },
];

/** Why a build failed. */
export function explainBuild(output: Output): Failure {
  const errors = buildErrors(output.stdout);
  const said = (errors.find((line) => causes.some(({ pattern }) => pattern.test(line))) ?? errors[0] ?? output.stderr).slice(
    0,
    600,
  );
  const cause = causes.find(({ pattern }) => pattern.test(said));
  if (cause) return cause.make(said.split('\n').filter(Boolean).join(' · '));
  const ui = parseMachineLines(output.stdout).filter(
    ({ kind, data }) => kind === 'ui' && /fatal: \[|ERROR! /.test(data[1] ?? ''),
  );
  const lines = [...ui.map(({ data }) => data.slice(1).join(',')), said].slice(-3).map((line) => line.trim().slice(0, 400));
  return failure('tool-failed', 'PACKER-BUILD', `packer ended with ${output.code}: ${lines.join(' · ')}`, {
    say: 'Read the lines of the failed task above, mend the role or the settings, and run again.',
    command: 'strata up',
  });
}
