import type { Failure } from '../model/index.js';
import { failure } from '../model/index.js';

/** The module gives out something else than all modules do. */
export const outputsWrong = (what: string): Failure =>
  failure('invalid', 'INFRA-OUTPUTS', `The outputs of the Terraform module are not of the common form: ${what}.`, {
    say: 'Compare the `output` blocks of the module with catalog/terraform/README.md.',
    command: 'terraform output -json',
  });

/** A machine is missing in the outputs. */
export const nodesMissing = (names: readonly string[]): Failure =>
  failure('invalid', 'INFRA-NODES-MISSING', `The Terraform module gives out no machine ${names.join(', ')}.`, {
    say: 'Compare the output `nodes` of the module with the machines of the environment file.',
    command: 'terraform output -json nodes',
  });

/** A plan would take away what is guarded. */
export const guarded = (addresses: readonly string[]): Failure =>
  failure(
    'refused',
    'INFRA-GUARDED',
    `Terraform would remove or replace ${addresses.join(', ')}, which carries data that does not come back.`,
    {
      say: 'Take back the change that asks for it (an instance type, an image, a zone). Where you mean it, name the machine under `replace` of this component, one at a time.',
      command: 'strata plan',
    },
  );

/** The local state still knows of resources. */
export const stateHolds = (folder: string, count: number): Failure =>
  failure('refused', 'INFRA-STATE-HOLDS', `The state in ${folder} still knows of ${count} resources; it is not thrown away.`, {
    say: 'Destroy again: the resources go first, their record last.',
    command: 'strata destroy',
  });

/** The module is not there. */
export const moduleMissing = (path: string): Failure =>
  failure('invalid', 'INFRA-MODULE-MISSING', `There is no Terraform module in ${path}.`, {
    say: 'Check the catalog, or the path of your own module.',
    command: 'strata doctor',
  });

/** A plugin that the toolchain makes is not there. */
export const pluginNotBuilt = (tool: string): Failure =>
  failure('tool-missing', 'INFRA-PLUGIN-MISSING', `The Terraform provider ${tool} of the toolchain is not there.`, {
    say: 'Run again: it is built where it is missing.',
    command: 'strata up',
  });

/** A host key was made, and is not kept any more. */
export const keysLost = (machine: string): Failure =>
  failure('invalid', 'INFRA-KEY-LOST', `The host key of ${machine} is not kept any more.`, {
    say: 'Bring the secrets of the environment back, or destroy the environment and make it again.',
    command: 'strata destroy',
  });

/** A machine that was made does not answer yet. */
export const machineSilent = (machine: string, address: string, cause: Failure): Failure => ({
  ...failure('not-ready', 'INFRA-MACHINE-SILENT', `${machine} (${address}) was made and does not answer over SSH yet.`, {
    say: 'Look at its console: an address, a route or a firewall rule may be wrong, or its image has no cloud-init. Then run again.',
    command: 'strata status',
  }),
  cause,
});

/** Only Linux carries the layers above. */
export const notLinux = (machine: string, system: string): Failure =>
  failure('refused', 'INFRA-NOT-LINUX', `${machine} runs ${system || 'an unknown system'}, Linux is needed.`, {
    say: 'Name another machine image.',
    command: 'strata plan',
  });

/** One cluster cannot have both kinds of control groups. */
export const cgroupDiffers = (machine: string, has: string, first: string): Failure =>
  failure(
    'refused',
    'INFRA-CGROUP-DIFFERS',
    `${machine} has control groups ${has}, the first control plane has ${first}; kubelet is set up for one of them.`,
    { say: 'Make all machines from the same image.', command: 'strata plan' },
  );

/** No image is of a kind the infrastructure makes machines of. */
export const noImage = (formats: readonly string[], name: string | undefined, images: readonly string[]): Failure =>
  failure(
    'invalid',
    'INFRA-NO-IMAGE',
    `No machine image${name === undefined ? '' : ` named ${name}`} is of the kind ${formats.join(' or ')}; there ${images.length === 1 ? 'is' : 'are'} ${images.join(', ') || 'none'}.`,
    {
      say: 'Let layer image make one of that kind, or name the one you mean under `image` of this component.',
      command: 'strata validate',
    },
  );
