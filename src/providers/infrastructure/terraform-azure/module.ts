import type { Kit, Later, PlannedMachine, SecretRef } from '../../../model/index.js';
import { secretRef } from '../../../model/index.js';
import type { PlannedNode, Plugins } from '../../../terraform/index.js';
import { addressAt, parseCidr, subnetAt } from '../../../tools/network/index.js';
import type { AzureSpec } from './spec.js';

// Azure keeps the first four addresses of a subnet and the last.
const places = { api: 5, ingress: 6, controlPlane: 11, worker: 21 } as const;

/** Parts of the network; empty where the range has no quarters. */
export function subnetsOf({ cidr }: Pick<AzureSpec, 'cidr'>): { readonly machines: string; readonly bastion: string } {
  const range = parseCidr(cidr);
  const quarter = (n: number): string => (range && subnetAt(range, range.bits + 2, n)) ?? '';
  return { machines: quarter(0), bastion: quarter(3) };
}

/** An address in the part for machines. */
export const addressOf = (spec: Pick<AzureSpec, 'cidr'>, place: number): string => {
  const range = parseCidr(subnetsOf(spec).machines);
  return (range && addressAt(range, place)) ?? '';
};

/** The machines, each with an address that is known before it is made. */
export function nodesOf(spec: AzureSpec): readonly PlannedNode[] {
  const many = (count: number, prefix: string, role: PlannedNode['role'], first: number): readonly PlannedNode[] =>
    Array.from({ length: count }, (_, i) => ({ name: `${prefix}-${i + 1}`, role, address: addressOf(spec, first + i) }));
  return [
    ...many(spec.controlPlanes, 'cp', 'control-plane', places.controlPlane),
    ...many(spec.workers, 'worker', 'worker', places.worker),
  ];
}

const sizeOf = ({ sizes }: AzureSpec, role: PlannedNode['role']) =>
  role === 'control-plane' ? sizes.controlPlane : sizes.worker;

/** What is asked for each machine. */
export const machinesOf = (spec: AzureSpec): readonly PlannedMachine[] =>
  nodesOf(spec).map(({ name, role }) => {
    const { cpus, memory } = sizeOf(spec, role);
    return { name, role, cpus, memoryBytes: memory * 2 ** 30 };
  });

/** Arguments of the module beside keys. */
export function variablesOf(spec: AzureSpec, kit: Kit, image: Later<string>): Later<Readonly<Record<string, unknown>>> {
  const { bastion, ingress, autoscaling, sizes } = spec;
  const machine = ({ name, role, address }: PlannedNode) => {
    const { type, disk } = sizeOf(spec, role);
    return [name, { role, address, size: type, disk_gib: disk, generation: spec.generations[name] ?? '' }] as const;
  };
  return {
    name: `${kit.platform}-${kit.environment}`,
    subscription: spec.subscription,
    location: spec.location,
    zones: spec.zones,
    cidr: spec.cidr,
    subnets: subnetsOf(spec),
    image,
    machines: Object.fromEntries(nodesOf(spec).map(machine)),
    domain: spec.domain,
    api: { address: addressOf(spec, places.api), ports: spec.api.ports, allowed_cidrs: spec.api.allow },
    ingress: ingress ? { address: addressOf(spec, places.ingress), ports: ingress.ports, allowed_cidrs: ingress.allow } : null,
    bastion: bastion ? { size: bastion.type, image, allowed_cidrs: bastion.allow } : null,
    autoscaling: autoscaling
      ? {
          min: autoscaling.min,
          max: autoscaling.max,
          size: sizes.worker.type,
          disk_gib: sizes.worker.disk,
          user_data: autoscaling.userData,
        }
      : null,
    storage_account: spec.storage,
    disk_encryption_set_id: spec.diskKeys,
    tags: spec.tags,
  };
}

/** Who signs in. */
export const environmentOf = ({ credentials, subscription }: AzureSpec): Readonly<Record<string, string | SecretRef>> => ({
  ARM_SUBSCRIPTION_ID: subscription,
  ...('identity' in credentials
    ? { ARM_USE_MSI: 'true' }
    : {
        ARM_TENANT_ID: credentials.tenant,
        ARM_CLIENT_ID: credentials.client,
        ARM_CLIENT_SECRET: secretRef(credentials.secret),
      }),
});

/** Azure's provider cannot be built by the toolchain: it comes from a registry or a mirror. */
export const pluginsOf = ({ plugins: { mirror } }: AzureSpec): Plugins => (mirror === undefined ? {} : { mirror });

/** Control planes carry etcd: they are not replaced by a change elsewhere. */
export const guardOf = (spec: AzureSpec): readonly string[] =>
  nodesOf(spec)
    .filter(({ name, role }) => role === 'control-plane' && spec.generations[name] === undefined)
    .map(({ name }) => `azurerm_linux_virtual_machine.machine["${name}"]`);

/** What is found by its id in the subscription, in the order things rest on each other. */
export function adoptables(spec: AzureSpec, kit: Kit): readonly { readonly address: string; readonly id: string }[] {
  const name = `${kit.platform}-${kit.environment}`;
  const group = `/subscriptions/${spec.subscription}/resourceGroups/${name}`;
  const machines = [...nodesOf(spec).map((node) => ({ key: `machine["${node.name}"]`, name: `${name}-${node.name}` }))];
  const bastion = spec.bastion ? [{ key: 'bastion[0]', name: `${name}-bastion` }] : [];
  return [
    { address: 'azurerm_resource_group.this', id: group },
    {
      address: 'azurerm_user_assigned_identity.machines',
      id: `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}-machines`,
    },
    { address: 'azurerm_virtual_network.this', id: `${group}/providers/Microsoft.Network/virtualNetworks/${name}` },
    ...[...machines, ...bastion].flatMap((one) => [
      {
        address: `azurerm_network_interface.${one.key}`,
        id: `${group}/providers/Microsoft.Network/networkInterfaces/${one.name}`,
      },
      {
        address: `azurerm_linux_virtual_machine.${one.key}`,
        id: `${group}/providers/Microsoft.Compute/virtualMachines/${one.name}`,
      },
    ]),
  ];
}
