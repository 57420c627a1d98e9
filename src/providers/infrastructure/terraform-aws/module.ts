import type { Kit, Later, PlannedMachine, SecretRef } from '../../../model/index.js';
import { secretRef } from '../../../model/index.js';
import type { PlannedNode, Plugins } from '../../../terraform/index.js';
import { addressAt, parseCidr, subnetAt } from '../../../tools/network/index.js';
import type { AwsSpec } from './spec.js';

/** A machine and the zone it is in. */
export interface PlacedNode extends PlannedNode {
  readonly zone: string;
}

// AWS keeps the first four addresses of a subnet and the last.
const firstOf = { 'control-plane': 10, worker: 20 } as const;

/** Machines in turn over the zones, each with an address that is known before it is made; the module has the same subnets. */
export function nodesOf({ cidr, zones, controlPlanes, workers }: AwsSpec): readonly PlacedNode[] {
  const whole = parseCidr(cidr) ?? { first: 0, bits: 32 };
  const place = (role: PlannedNode['role'], prefix: string, count: number): readonly PlacedNode[] =>
    Array.from({ length: count }, (_, i) => {
      const at = i % zones.length;
      const subnet = parseCidr(subnetAt(whole, whole.bits + 4, at) ?? '') ?? whole;
      const address = addressAt(subnet, firstOf[role] + Math.floor(i / zones.length)) ?? '';
      return { name: `${prefix}-${i + 1}`, role, address, zone: zones[at] ?? '' };
    });
  return [...place('control-plane', 'cp', controlPlanes), ...place('worker', 'worker', workers)];
}

/** Arguments of the module beside keys and image. */
export function variablesOf(spec: AwsSpec, kit: Kit, image: Later<string>): Later<Readonly<Record<string, unknown>>> {
  const { bastion, ingress, autoscaling, api, disks } = spec;
  return {
    platform: kit.platform,
    environment: kit.environment,
    region: spec.region,
    zones: spec.zones,
    cidr: spec.cidr,
    image,
    machines: machinesOf(spec),
    domain: spec.domain,
    dns: spec.dns,
    public_zone_id: spec.publicZone,
    nat: spec.nat,
    egress_cidrs: spec.egress,
    ssh_cidrs: spec.ssh,
    bastion: bastion && { image, type: bastion.type, root_gib: bastion.disk, allowed_cidrs: bastion.allow },
    api: { ports: api.ports, public: api.public, allowed_cidrs: api.allow },
    ingress: ingress && { ports: ingress.ports, public: ingress.public, allowed_cidrs: ingress.allow },
    autoscaling: autoscaling && {
      min: autoscaling.min,
      max: autoscaling.max,
      type: spec.types.worker,
      root_gib: disks.root,
      user_data: autoscaling.userData,
    },
    pod_cidr: spec.pods,
    volume_type: disks.type,
    kms_key_id: disks.key,
    bucket: spec.bucket,
    cloud_integration: spec.cloudIntegration,
    protected: spec.protected,
    tags: spec.tags,
    endpoints: spec.endpoints,
  };
}

function machinesOf(spec: AwsSpec): Readonly<Record<string, unknown>> {
  const { types, disks, generations } = spec;
  const entries = nodesOf(spec).map(({ name, role, zone, address }) => {
    const worker = role === 'worker';
    const type = worker ? types.worker : types.controlPlane;
    const data = worker ? disks.data : 0;
    return [
      name,
      { role, zone, address, type, root_gib: disks.root, data_gib: data, generation: generations[name] ?? '' },
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** Control planes carry etcd: a change elsewhere does not replace them. */
export const guardOf = (spec: AwsSpec): readonly string[] =>
  nodesOf(spec)
    .filter(({ name, role }) => role === 'control-plane' && spec.generations[name] === undefined)
    .map(({ name }) => `aws_instance.machine["${name}"]`);

/** Credentials: a profile of the user's own, or kept secrets; both reach Terraform by its environment only. */
export function environmentOf({ credentials }: AwsSpec): Readonly<Record<string, string | SecretRef>> {
  const { profile, accessKey, secretKey, sessionToken } = credentials;
  return {
    ...(profile !== undefined && { AWS_PROFILE: profile, AWS_SDK_LOAD_CONFIG: '1' }),
    ...(accessKey !== undefined && { AWS_ACCESS_KEY_ID: secretRef(accessKey) }),
    ...(secretKey !== undefined && { AWS_SECRET_ACCESS_KEY: secretRef(secretKey) }),
    ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: secretRef(sessionToken) }),
  };
}

/** Where the provider of Terraform comes from. */
export const pluginsOf = ({ plugins: { mirror, built } }: AwsSpec): Plugins => ({
  ...(mirror !== undefined && { mirror }),
  ...(built && { built: [{ source: 'hashicorp/aws', version: '3.1.0', tool: 'terraform-provider-aws' }] }),
});

/** Gibibytes of memory for each processor, by the first letter of the usual families. */
const ratios: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

/** Processors and memory of an instance type of the families c, m and r; `undefined` for others. */
export function sizeOf(type: string): Pick<PlannedMachine, 'cpus' | 'memoryBytes'> | undefined {
  const match = /^([cmr])[0-9][a-z]*\.(?:(large)|([0-9]*)xlarge)$/.exec(type);
  const ratio = ratios[match?.[1] ?? ''];
  if (match === null || ratio === undefined) return undefined;
  const cpus = match[2] === undefined ? 4 * Number(match[3] || 1) : 2;
  return { cpus, memoryBytes: cpus * ratio * 2 ** 30 };
}

/** What is asked for each machine, for looking at before it is made. */
export const plannedMachines = (spec: AwsSpec): readonly PlannedMachine[] =>
  nodesOf(spec).map(({ name, role }) => ({
    name,
    role,
    ...sizeOf(role === 'worker' ? spec.types.worker : spec.types.controlPlane),
  }));
