import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Command, Failure, Output, ReadWorld, Result, SecretRef, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** Region, and credentials where they are not in the usual places. */
export interface AwsAccess {
  readonly region: string;
  /** Another address of the API; empty = the region's own. */
  readonly endpoint: string;
  readonly env: Readonly<Record<string, string | SecretRef>>;
}

/** An AMI as far as it is looked for. */
export interface Ami {
  readonly id: string;
  readonly state: 'available' | 'pending' | 'failed';
}

const Images = Type.Object({ Images: Type.Array(Type.Object({ ImageId: Type.String(), State: Type.String() })) });
const Reservations = Type.Object({
  Reservations: Type.Array(Type.Object({ Instances: Type.Array(Type.Object({ InstanceId: Type.String() })) })),
});

/** The command of one call, with JSON for an answer and no pager. */
export const awsCommand = ({ region, endpoint, env }: AwsAccess, args: readonly string[]): Command => ({
  tool: 'aws',
  args: ['--region', region, '--output', 'json', ...(endpoint === '' ? [] : ['--endpoint-url', endpoint]), ...args],
  env: { ...env, AWS_PAGER: '', AWS_MAX_ATTEMPTS: '3' },
  deadlineMs: 60_000,
});

/** The account's own AMI of that name: names are unique in an account and region. */
export async function findAmi(w: ReadWorld, access: AwsAccess, name: string): Promise<Result<Ami | undefined>> {
  const ran = await w.query(
    awsCommand(access, ['ec2', 'describe-images', '--owners', 'self', '--filters', `Name=name,Values=${name}`]),
  );
  if (!ran.ok) return ran;
  if (ran.value.code !== 0) return err(awsFailed('looking for the image', ran.value));
  return ok(parseImages(ran.value.stdout));
}

/** Reads the answer of describe-images. */
export function parseImages(json: string): Ami | undefined {
  const parsed: unknown = JSON.parse(json);
  const [first] = Value.Check(Images, parsed) ? parsed.Images : [];
  if (first === undefined) return undefined;
  const state = first.State === 'available' || first.State === 'pending' ? first.State : 'failed';
  return { id: first.ImageId, state };
}

/** Ends machines that a killed build left, found by their tag; none is success. */
export async function endTagged(w: World, access: AwsAccess, tag: string, value: string): Promise<Result<readonly string[]>> {
  const states = 'Name=instance-state-name,Values=pending,running,stopping,stopped';
  const ran = await w.query(
    awsCommand(access, ['ec2', 'describe-instances', '--filters', `Name=tag:${tag},Values=${value}`, states]),
  );
  if (!ran.ok) return ran;
  if (ran.value.code !== 0) return err(awsFailed('looking for machines of a former build', ran.value));
  const ids = parseInstances(ran.value.stdout);
  if (ids.length === 0) return ok([]);
  const ended = await w.change(awsCommand(access, ['ec2', 'terminate-instances', '--instance-ids', ...ids]));
  if (!ended.ok) return ended;
  return ended.value.code === 0 ? ok(ids) : err(awsFailed('ending machines of a former build', ended.value));
}

/** Reads the ids in an answer of describe-instances. */
export function parseInstances(json: string): readonly string[] {
  const parsed: unknown = JSON.parse(json);
  if (!Value.Check(Reservations, parsed)) return [];
  return parsed.Reservations.flatMap(({ Instances }) => Instances.map(({ InstanceId }) => InstanceId));
}

const awsFailed = (what: string, output: Output): Failure => {
  const said = output.stderr.trim().split('\n').at(-1) ?? '';
  // The client names the API's code in brackets: `An error occurred (ExpiredToken) when calling …`.
  const refused =
    /\((ExpiredToken|RequestExpired|AuthFailure|InvalidClientTokenId|UnrecognizedClientException)\)|Unable to locate credentials/;
  return refused.test(said)
    ? failure('refused', 'AWS-CREDENTIALS', `AWS takes no credentials of this environment, ${what}: ${said}`, {
        say: 'Sign in again, or keep new keys under the names that `credentials` gives.',
        command: 'aws sts get-caller-identity',
      })
    : failure('tool-failed', 'AWS-FAILED', `aws ended with ${output.code}, ${what}: ${said}`, {
        say: 'Read what the API says; run the same call by hand.',
        command: 'aws ec2 describe-images --owners self',
      });
};
