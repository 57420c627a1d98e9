import { describe, expect, test } from 'vitest';
import {
  contract,
  createPuppet,
  memoryJournal,
  type PlayedModule,
  type Puppet,
  playMachines,
  playTerraform,
  runOnce,
  sampleGiven,
  sampleKit,
} from '../../../testkit/index.js';
import { Value } from 'typebox/value';
import { terraformAzure } from './index.js';
import { AzureSpec } from './spec.js';

interface Machine {
  readonly role: string;
  readonly address: string;
}

/** What the module makes of its variables, as it is written: Azure itself was not in reach, nor its provider. */
const played: PlayedModule = {
  resources: ({ machines }) => [
    ...['azurerm_resource_group.this', 'azurerm_virtual_network.this', 'azurerm_lb.this["api"]', 'azurerm_private_dns_zone.this'],
    ...Object.keys(machines as Record<string, Machine>).flatMap((name) =>
      ['terraform_data.generation', 'azurerm_network_interface.machine', 'azurerm_linux_virtual_machine.machine'].map(
        (resource) => `${resource}["${name}"]`,
      ),
    ),
  ],
  outputs: ({ machines, api, domain, bastion, login }) => {
    const { user } = login as { readonly user: string };
    return {
      nodes: Object.entries(machines as Record<string, Machine>).map(([name, { role, address }]) => ({
        name,
        role,
        address,
        ssh: { host: address, port: 22, user },
      })),
      api: `api.${domain}:${(api as { readonly ports: number[] }).ports[0]}`,
      bastion: bastion === null ? null : { address: '203.0.113.7', user, port: 22 },
      domain,
    };
  },
};

function azure(): Puppet {
  const puppet = createPuppet();
  puppet.state.files.set('/catalog/terraform/azure/main.tf', { body: '# module', mode: 0o644 });
  puppet.state.secrets.set('azure-client-secret', 'a canary among passwords');
  playMachines(puppet);
  playTerraform(puppet, played);
  return puppet;
}

const spec = {
  subscription: '01234567-89ab-cdef-0123-456789abcdef',
  location: 'francecentral',
  cidr: '10.40.0.0/20',
  credentials: { identity: 'machine' },
  support: { registry: '10.40.12.4:5000', git: 'git://10.40.12.4' },
};

contract({
  provider: terraformAzure,
  folder: import.meta.dirname,
  specs: {
    ha: spec,
    full: {
      ...spec,
      credentials: { tenant: 't', client: 'c', secret: 'azure-client-secret' },
      ingress: { allow: ['10.0.0.0/8'] },
      bastion: { allow: ['198.51.100.0/24'] },
      autoscaling: { min: 1, max: 5 },
      storage: 'acmebackups',
    },
    tofu: { ...spec, program: 'tofu', controlPlanes: 1, workers: 0, zones: [] },
  },
});

contract({
  provider: terraformAzure,
  folder: import.meta.dirname,
  specs: {
    small: {
      ...spec,
      controlPlanes: 1,
      workers: 1,
      credentials: { tenant: 't', client: 'c', secret: 'azure-client-secret' },
      bastion: { allow: ['198.51.100.0/24'] },
    },
  },
  machine: azure,
});

const stepsOf = (given: object) => {
  const kit = sampleKit('infrastructure');
  const filled = Value.Default(AzureSpec, structuredClone({ ...spec, ...given })) as AzureSpec; // of the specs above
  const { steps } = terraformAzure.plan(filled, sampleGiven('infrastructure'), kit);
  return [...kit.toolchain(), ...steps];
};

const refused = async (puppet: Puppet, given: object = {}) => {
  const { run } = await runOnce({ steps: stepsOf(given), worlds: puppet, journal: memoryJournal() });
  return run.ok ? run.value.failures.map(({ failure }) => failure.diagnostic.code) : ['no run'];
};

describe('what goes wrong at Azure', () => {
  // Sentences as the provider is known to say them; written from knowledge, seen nowhere yet.
  const said: Readonly<Record<string, string>> = {
    'TERRAFORM-CREDENTIALS': 'unable to build authorizer for Resource Manager API: could not configure AzureCli Authorizer',
    'TERRAFORM-EXPIRED': "AADSTS7000222: The provided client secret keys for app 'c' are expired.",
    'TERRAFORM-DENIED': 'StatusCode=403 Code="AuthorizationFailed" Message="The client \'c\' does not have authorization"',
    'TERRAFORM-QUOTA':
      'Code="QuotaExceeded" Message="Operation could not be completed as it results in exceeding approved Total Regional Cores quota."',
    'TERRAFORM-IMAGE-GONE': 'Code="GalleryImageNotFound" Message="The gallery image was not found."',
    'TERRAFORM-TIMEOUT': 'polling after CreateOrUpdate: context deadline exceeded',
  };
  test.each(Object.entries(said))('%s', async (code, summary) => {
    const puppet = azure();
    const line = JSON.stringify({
      '@level': 'error',
      type: 'diagnostic',
      diagnostic: { severity: 'error', summary, detail: '' },
    });
    puppet
      .tool('terraform', { version: 'Terraform v1.11.4', recorded: '2026-11-24' })
      .answer((args) => (args[0] === 'apply' ? { code: 1, stdout: `${line}\n` } : undefined));
    expect(await refused(puppet)).toEqual([code]);
  });
  test('a range without room is refused before Azure is asked', async () => {
    expect(await refused(azure(), { cidr: '10.40.0.0/28' })).toEqual(['AZURE-RANGE']);
  });
});
