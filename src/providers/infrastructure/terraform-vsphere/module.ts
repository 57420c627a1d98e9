import type { Kit, Ref, SecretRef, Step, StepId } from '../../../model/index.js';
import { secretRef } from '../../../model/index.js';
import {
  type Adoptable,
  besidePath,
  imageStep,
  type GivenImages,
  layoutOf,
  machineArguments,
  type Plugins,
} from '../../../terraform/index.js';
import { formats, type VsphereSpec } from './spec.js';
import { trust } from './trust.js';

/** Prefix of everything that is made. */
export const nameOf = ({ platform, environment }: Kit): string => `${platform}-${environment}`;

/** Arguments of the module beside keys and template. */
export function variablesOf(spec: VsphereSpec, kit: Kit): Readonly<Record<string, unknown>> {
  const { cidr, gateway, nameservers } = spec.subnet;
  return {
    name: nameOf(kit),
    server: spec.vcenter.server,
    api_timeout_minutes: spec.vcenter.timeout,
    datacenter: spec.datacenter,
    cluster: spec.cluster,
    datastore: spec.datastore,
    network: spec.network,
    storage_policy: spec.storagePolicy ?? '',
    machines: machineArguments(spec),
    subnet: { cidr, gateway, nameservers },
    domain: spec.domain,
    api: layoutOf(spec).api,
    api_ports: spec.api.ports,
    // Strata waits itself, for an answer over SSH.
    wait_for_network_minutes: 0,
    cpu_limit_mhz: spec.limits.cpuMhz ?? -1,
    memory_limit_mib: spec.limits.memoryMib ?? -1,
  };
}

/** Credentials, and whom the vCenter's certificate is trusted by. */
export const environmentOf = ({ vcenter }: VsphereSpec, kit: Kit): Readonly<Record<string, string | SecretRef>> => ({
  VSPHERE_USER: secretRef(vcenter.user),
  VSPHERE_PASSWORD: secretRef(vcenter.password),
  // Beside the system's own list, not instead of it; as seen from the folder Terraform runs in.
  ...(vcenter.authority !== undefined && { SSL_CERT_DIR: besidePath(trustOf(kit)) }),
});

/** Name of the folder with the authority's certificate. */
export const trustOf = ({ component }: Kit): string => `${component}-trust`;

/** What is found by its path in the inventory, in the order things rest on each other. */
export function adoptables(spec: VsphereSpec, kit: Kit): readonly Adoptable[] {
  const name = nameOf(kit);
  const { nodes, balancer } = layoutOf(spec);
  const machines = [...nodes.map((node) => node.name), ...(balancer ? [balancer.name] : [])];
  const roles = [...new Set([...nodes.map(({ role }) => role as string), ...(balancer ? ['load-balancer'] : [])])];
  const cluster = `/${spec.datacenter}/host/${spec.cluster}`;
  return [
    { address: 'vsphere_folder.this', id: `/${spec.datacenter}/vm/${name}` },
    { address: 'vsphere_resource_pool.this', id: `${cluster}/Resources/${name}` },
    { address: 'vsphere_tag_category.role', id: `${name}-role` },
    ...roles.map((role) => ({
      address: `vsphere_tag.role["${role}"]`,
      id: JSON.stringify({ category_name: `${name}-role`, tag_name: role }),
    })),
    ...machines.map((machine) => ({
      address: `vsphere_virtual_machine.machine["${machine}"]`,
      id: `/${spec.datacenter}/vm/${name}/${name}-${machine}`,
    })),
    {
      address: 'vsphere_compute_cluster_vm_anti_affinity_rule.control_plane[0]',
      id: JSON.stringify({ compute_cluster_path: cluster, name: `${name}-control-plane` }),
    },
  ];
}

/** Where the provider of Terraform comes from. */
export const pluginsOf = ({ plugins: { mirror, built } }: VsphereSpec): Plugins => ({
  ...(mirror !== undefined && { mirror }),
  ...(built && { built: [{ source: 'hashicorp/vsphere', version: '1.26.0', tool: 'terraform-provider-vsphere' }] }),
});

/** What the module rests on: which template, and whom the vCenter is trusted by. */
export function foundations(
  { image, vcenter }: VsphereSpec,
  images: GivenImages,
  kit: Kit,
): { readonly steps: readonly Step[]; readonly template: Ref<string>; readonly after: readonly StepId[] } {
  const template = imageStep(kit, images, { formats, name: image });
  if (vcenter.authority === undefined) return { steps: [template], template: template.out('location'), after: [] };
  const authority = kit.step({
    id: 'trust',
    title: 'Authority of the vCenter',
    effect: 'local',
    inputs: {
      name: trustOf(kit),
      files: { 'authority.pem': kit.text(kit.project(vcenter.authority)) },
      from: vcenter.authority,
    },
    action: trust,
  });
  return { steps: [template, authority], template: template.out('location'), after: [authority.id] };
}
