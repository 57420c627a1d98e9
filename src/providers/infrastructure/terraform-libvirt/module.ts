import type { Kit } from '../../../model/index.js';
import { layoutOf, machineArguments, type Plugins } from '../../../terraform/index.js';
import type { LibvirtSpec } from './spec.js';

/** Where the provider of Terraform comes from. */
export const pluginsOf = ({ plugins: { mirror, built } }: LibvirtSpec): Plugins => ({
  ...(mirror !== undefined && { mirror }),
  ...(built && { built: [{ source: 'dmacvicar/libvirt', version: '0.8.3', tool: 'terraform-provider-libvirt' }] }),
});

/** Arguments of the module beside keys and image. */
export function variablesOf(spec: LibvirtSpec, kit: Kit): Readonly<Record<string, unknown>> {
  const { cidr, gateway, nameservers } = spec.subnet;
  return {
    name: `${kit.platform}-${kit.environment}`,
    uri: spec.host.uri,
    pool_path: spec.host.pool,
    image_generation: spec.generations['image'] ?? '',
    machines: machineArguments(spec),
    subnet: { cidr, gateway, nameservers },
    network_mode: spec.network.mode,
    bridge: spec.network.bridge ?? '',
    domain: spec.domain,
    api: layoutOf(spec).api,
    api_ports: spec.api.ports,
    processor: spec.host.acceleration ? 'host-passthrough' : '',
    domain_type: spec.host.acceleration ? 'kvm' : 'qemu',
  };
}
