import { contract, createPuppet, type PlayedModule, type Puppet, playMachines, playTerraform } from '../../../testkit/index.js';
import { terraformLibvirt } from './index.js';

interface Machine {
  readonly role: string;
  readonly address: string;
}

/** What the module makes of its variables. */
const played: PlayedModule = {
  resources: ({ machines }) => [
    ...['terraform_data.image', 'libvirt_network.this', 'libvirt_pool.this', 'libvirt_volume.base'],
    ...Object.keys(machines as Record<string, Machine>).flatMap((name) =>
      ['terraform_data.generation', 'libvirt_cloudinit_disk.machine', 'libvirt_domain.machine', 'libvirt_volume.machine'].map(
        (resource) => `${resource}["${name}"]`,
      ),
    ),
  ],
  outputs: ({ machines, api, domain }) => ({
    nodes: Object.entries(machines as Record<string, Machine>)
      .filter(([, { role }]) => role !== 'load-balancer')
      .map(([name, { role, address }]) => ({ name, role, address, ssh: { host: address, port: 22, user: 'strata' } })),
    api: `${api}:6443`,
    domain,
  }),
};

function hypervisor(): Puppet {
  const puppet = createPuppet();
  puppet.state.files.set('/catalog/terraform/libvirt/main.tf', { body: '# module', mode: 0o644 });
  puppet.state.files.set('/cache/images/node.qcow2', { body: 'a disk', mode: 0o644 });
  puppet.tool('terraform-provider-libvirt', { version: '0.8.3', recorded: '2026-11-24' });
  playMachines(puppet);
  playTerraform(puppet, played);
  puppet.tool('ln', { version: 'coreutils 9.1', recorded: '2026-11-24' }).answer((args) => {
    puppet.state.files.set(String(args.at(-1)), { body: `link to ${args.at(-2)}`, mode: 0o777 });
    return {};
  });
  return puppet;
}

const spec = {
  support: { registry: '10.30.0.1:5000', git: 'git://10.30.0.1' },
  subnet: { cidr: '10.30.0.0/24', gateway: '10.30.0.1', nameservers: ['10.30.0.1'] },
};

contract({
  provider: terraformLibvirt,
  folder: import.meta.dirname,
  specs: {
    ha: spec,
    bridge: { ...spec, network: { mode: 'bridge', bridge: 'br0' }, host: { acceleration: false } },
    tofu: { ...spec, program: 'tofu', controlPlanes: 1, workers: 0 },
  },
});

contract({
  provider: terraformLibvirt,
  folder: import.meta.dirname,
  specs: { small: { ...spec, controlPlanes: 1, workers: 1, plugins: { built: true } } },
  machine: hypervisor,
});
