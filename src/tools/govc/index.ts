import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Command, Failure, Output, ReadWorld, Result, SecretRef, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';

/** A vCenter and who asks; the password is in `env` as `GOVC_PASSWORD`. */
export interface VcenterAccess {
  readonly server: string;
  readonly user: string;
  readonly check: 'certificate' | 'nothing';
  readonly datacenter: string;
  readonly env: Readonly<Record<string, string | SecretRef>>;
}

/** A machine or template found by its path. */
export interface VcenterMachine {
  readonly path: string;
  readonly kind: 'template' | 'machine';
}

const Info = Type.Object({
  virtualMachines: Type.Union([
    Type.Null(),
    Type.Array(Type.Object({ config: Type.Optional(Type.Object({ template: Type.Boolean() })) })),
  ]),
});

const govcCommand = ({ server, user, check, datacenter, env }: VcenterAccess, args: readonly string[]): Command => ({
  tool: 'govc',
  args,
  env: {
    ...env,
    GOVC_URL: server,
    GOVC_USERNAME: user,
    GOVC_INSECURE: check === 'nothing' ? 'true' : 'false',
    GOVC_DATACENTER: datacenter,
  },
  deadlineMs: 120_000,
});

/** The machine or template at that path below the datacenter's folder of machines. */
export async function findMachine(
  w: ReadWorld,
  access: VcenterAccess,
  path: string,
): Promise<Result<VcenterMachine | undefined>> {
  const ran = await w.query(govcCommand(access, ['vm.info', '-json', path]));
  if (!ran.ok) return ran;
  if (ran.value.code !== 0) return err(govcFailed('looking for the template', ran.value));
  const kind = parseInfo(ran.value.stdout);
  return ok(kind && { path, kind });
}

/** Reads what `govc vm.info -json` prints; an empty list where there is none. */
export function parseInfo(json: string): VcenterMachine['kind'] | undefined {
  const parsed: unknown = JSON.parse(json);
  const [first] = Value.Check(Info, parsed) ? (parsed.virtualMachines ?? []) : [];
  return first && (first.config?.template === true ? 'template' : 'machine');
}

/** Takes away a machine that a killed build left. */
export async function destroyMachine(w: World, access: VcenterAccess, path: string): Promise<Result<void>> {
  const ran = await w.change(govcCommand(access, ['vm.destroy', path]));
  if (!ran.ok) return ran;
  return ran.value.code === 0 ? ok(undefined) : err(govcFailed('removing the machine of a former build', ran.value));
}

const govcFailed = (what: string, output: Output): Failure => {
  const said = output.stderr.trim().split('\n').at(-1) ?? '';
  return /incorrect user name or password|NotAuthenticated|no permission/i.test(said)
    ? failure('refused', 'GOVC-CREDENTIALS', `The vCenter refuses, ${what}: ${said}`, {
        say: "Keep the right password under the name that `password` gives, and check the account's rights.",
        command: 'govc about',
      })
    : failure('tool-failed', 'GOVC-FAILED', `govc ended with ${output.code}, ${what}: ${said}`, {
        say: 'Check the name of the vCenter, its certificate and the datacenter.',
        command: 'govc about',
      });
};
