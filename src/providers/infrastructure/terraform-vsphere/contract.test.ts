import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contract, createPuppet, type PlayedModule, type Puppet, playMachines, playTerraform } from '../../../testkit/index.js';
import { terraformVsphere } from './index.js';

interface Machine {
  readonly role: string;
  readonly address: string;
}

/** What the module makes of its variables, as the recording in `cases/` shows; the end-to-end test compares that with a real run. */
const played: PlayedModule = {
  resources({ machines }) {
    const all = Object.entries(machines as Record<string, Machine>);
    const roles = [...new Set(all.map(([, { role }]) => role))];
    const several = all.filter(([, { role }]) => role === 'control-plane').length > 1;
    return [
      ...all.map(([name]) => `terraform_data.generation["${name}"]`),
      ...(several ? ['vsphere_compute_cluster_vm_anti_affinity_rule.control_plane[0]'] : []),
      'vsphere_folder.this',
      'vsphere_resource_pool.this',
      ...roles.map((role) => `vsphere_tag.role["${role}"]`),
      'vsphere_tag_category.role',
      ...all.map(([name]) => `vsphere_virtual_machine.machine["${name}"]`),
    ].sort();
  },
  outputs({ machines, api, api_ports: ports, domain, login }) {
    const all = Object.entries(machines as Record<string, Machine>).sort(([a], [b]) => (a < b ? -1 : 1));
    const { user } = login as { readonly user: string };
    return {
      nodes: all
        .filter(([, { role }]) => role !== 'load-balancer')
        .map(([name, { role, address }]) => ({ name, role, address, ssh: { host: address, port: 22, user } })),
      api: `${api}:${(ports as number[])[0]}`,
      domain,
      load_balancers: { api, ingress: all.find(([, { role }]) => role === 'load-balancer')?.[1].address ?? null },
      dns: {
        records: {
          [`api.${domain}`]: api,
          ...Object.fromEntries(all.map(([name, { address }]) => [`${name}.${domain}`, address])),
        },
      },
    };
  },
};

/** A vCenter that Terraform is played against, and machines that answer. */
function vcenter(): Puppet {
  const puppet = createPuppet();
  const { state } = puppet;
  state.files.set('/catalog/terraform/vsphere/main.tf', { body: '# module', mode: 0o644 });
  state.secrets.set('vsphere-user', 'strata@vsphere.local');
  state.secrets.set('vsphere-password', 'a canary among passwords');
  puppet.tool('terraform-provider-vsphere', { version: '1.26.0', recorded: '2026-11-24' });
  playMachines(puppet);
  playTerraform(puppet, played);
  return puppet;
}

const spec = {
  vcenter: { server: 'vcenter.acme.internal' },
  datacenter: 'DC0',
  cluster: 'DC0_C0',
  datastore: 'LocalDS_0',
  network: 'DC0_DVPG0',
  support: { registry: '10.20.0.2:5000', git: 'git://10.20.0.2' },
  subnet: { cidr: '10.20.0.0/24', gateway: '10.20.0.1', nameservers: ['10.20.0.1'] },
};

contract({
  provider: terraformVsphere,
  folder: import.meta.dirname,
  files: { 'project:vcenter.pem': '-----BEGIN CERTIFICATE-----\n' },
  specs: {
    ha: spec,
    given: { ...spec, api: { address: '10.20.0.9' }, storagePolicy: 'gold' },
    authority: { ...spec, vcenter: { ...spec.vcenter, authority: 'vcenter.pem' }, plugins: { built: true } },
    tofu: { ...spec, program: 'tofu', controlPlanes: 1, workers: 0 },
  },
});

contract({
  provider: terraformVsphere,
  folder: import.meta.dirname,
  specs: { small: { ...spec, workers: 1, plugins: { built: true } } },
  machine: vcenter,
});

test('the played module is the recorded one', () => {
  const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/recorded.json'), 'utf8'));
  expect(played.resources(recorded.variables)).toEqual(recorded.resources);
  expect(played.outputs(recorded.variables)).toEqual(recorded.outputs);
});
