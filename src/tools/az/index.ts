import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Command, Failure, Output, ReadWorld, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** A managed image. */
export interface AzureImage {
  readonly id: string;
  readonly state: 'available' | 'pending' | 'failed';
}

const Image = Type.Object({ id: Type.String(), provisioningState: Type.String() });

const azCommand = (args: readonly string[]): Command => ({
  tool: 'az',
  args: [...args, '--output', 'json', '--only-show-errors'],
  env: { AZURE_CORE_COLLECT_TELEMETRY: 'no' },
  deadlineMs: 120_000,
});

/** The image of that name in its group. */
export async function findAzureImage(
  w: ReadWorld,
  { subscription, group }: { readonly subscription: string; readonly group: string },
  name: string,
): Promise<Result<AzureImage | undefined>> {
  const args = ['image', 'show', '--subscription', subscription, '--resource-group', group, '--name', name];
  const ran = await w.query(azCommand(args));
  if (!ran.ok) return ran;
  if (ran.value.code === 3 || /ResourceNotFound/.test(ran.value.stderr)) return ok(undefined);
  return ran.value.code === 0 ? ok(parseImage(ran.value.stdout)) : err(azFailed('looking for the image', ran.value));
}

/** Reads what `az image show` prints. */
export function parseImage(json: string): AzureImage | undefined {
  const parsed: unknown = JSON.parse(json);
  if (!Value.Check(Image, parsed)) return undefined;
  const states = { Succeeded: 'available', Creating: 'pending', Updating: 'pending' } as const;
  const state = Object.entries(states).find(([name]) => name === parsed.provisioningState)?.[1] ?? 'failed';
  return { id: parsed.id, state };
}

/** Removes the group of a killed build with all in it; absent is success. */
export async function removeGroup(w: World, subscription: string, group: string): Promise<Result<'removed' | 'absent'>> {
  const there = await w.query(azCommand(['group', 'exists', '--subscription', subscription, '--name', group]));
  if (!there.ok) return there;
  if (there.value.code !== 0) return err(azFailed('looking for the group of a former build', there.value));
  if (there.value.stdout.trim() !== 'true') return ok('absent');
  const args = ['group', 'delete', '--subscription', subscription, '--name', group, '--yes'];
  const gone = await w.change({ ...azCommand(args), deadlineMs: 1_200_000 });
  if (!gone.ok) return gone;
  return gone.value.code === 0 ? ok('removed') : err(azFailed('removing the group of a former build', gone.value));
}

const azFailed = (what: string, output: Output): Failure => {
  const said = output.stderr.trim().split('\n').at(-1) ?? '';
  return /az login|AADSTS\d+|ExpiredAuthenticationToken|InvalidAuthenticationToken/.test(output.stderr)
    ? failure('refused', 'AZ-CREDENTIALS', `Azure takes no credentials of this machine, ${what}: ${said}`, {
        say: 'Sign in again.',
        command: 'az login',
      })
    : failure('tool-failed', 'AZ-FAILED', `az ended with ${output.code}, ${what}: ${said}`, {
        say: 'Read what Azure says; run the same call by hand.',
        command: 'az image list --output table',
      });
};
