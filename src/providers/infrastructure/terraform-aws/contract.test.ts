import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { describe, expect, it, test } from 'vitest';
import {
  contract,
  createPuppet,
  type PlayedModule,
  type Puppet,
  playMachines,
  playTerraform,
  sampleGiven,
  sampleKit,
} from '../../../testkit/index.js';
import { terraformAws } from './index.js';
import { nodesOf, sizeOf } from './module.js';
import { AwsSpec } from './spec.js';

interface Machine {
  readonly role: string;
  readonly address: string;
  readonly data_gib: number;
}

interface Variables {
  readonly machines: Readonly<Record<string, Machine>>;
  readonly api?: { readonly ports: readonly number[] };
  readonly ingress?: { readonly ports: Readonly<Record<string, number>> } | null;
  readonly bastion?: object | null;
  readonly domain: string;
  readonly login: { readonly user: string };
}

const defaultApi = { ports: [6443] };
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/recorded.json'), 'utf8'));
const ofMachine =
  /^(aws_instance\.machine|aws_route53_record\.machine|terraform_data\.generation|aws_ebs_volume|aws_volume_attachment|aws_lb_target_group_attachment)/;
const ofBastion = /bastion/;

/** What the module makes of its variables: what the recording in `cases/` shows, with machines as they are asked for. */
const played: PlayedModule = {
  resources(given) {
    const { machines, api = defaultApi, ingress, bastion } = given as unknown as Variables; // the module's own variables
    const each = Object.entries(machines).flatMap(([name, { role, data_gib: data }]) => [
      `aws_instance.machine["${name}"]`,
      `aws_route53_record.machine["${name}"]`,
      `terraform_data.generation["${name}"]`,
      ...(data > 0 ? [`aws_ebs_volume.data["${name}"]`, `aws_volume_attachment.data["${name}"]`] : []),
      ...(role === 'control-plane' ? api.ports.map((port) => `aws_lb_target_group_attachment.api["${name}-${port}"]`) : []),
      ...(role === 'worker'
        ? Object.keys(ingress?.ports ?? {}).map((port) => `aws_lb_target_group_attachment.ingress["${name}-${port}"]`)
        : []),
    ]);
    const rest = (recorded.resources as string[]).filter(
      (address) => !ofMachine.test(address) && (bastion || !ofBastion.test(address)),
    );
    return [...rest, ...each].sort();
  },
  outputs(given) {
    const { machines, api = defaultApi, bastion, domain, login } = given as unknown as Variables; // as above
    const sorted = Object.entries(machines).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      ...recorded.outputs,
      nodes: sorted.map(([name, { role, address }]) => ({ name, role, address, ssh: { host: address, user: login.user } })),
      api: `api.${domain}:${api.ports[0]}`,
      bastion: bastion ? recorded.outputs.bastion : null,
      domain,
    };
  },
};

/** An account that Terraform is played against, and machines that answer. */
function account(): Puppet {
  const puppet = createPuppet();
  const { state } = puppet;
  state.files.set('/catalog/terraform/aws/main.tf', { body: '# module', mode: 0o644 });
  state.secrets.set('aws-key', 'AKIACANARY');
  state.secrets.set('aws-secret', 'a canary among secrets');
  puppet.tool('terraform-provider-aws', { version: '3.1.0', recorded: '2026-11-24' });
  playMachines(puppet);
  playTerraform(puppet, played);
  return puppet;
}

const spec = {
  region: 'eu-west-3',
  zones: ['eu-west-3a', 'eu-west-3b', 'eu-west-3c'],
  support: { registry: '10.20.0.5:5000', git: 'git://10.20.0.5' },
};
const small = {
  ...spec,
  controlPlanes: 1,
  workers: 1,
  plugins: { built: true },
  bastion: { allow: ['203.0.113.0/24'] },
  credentials: { accessKey: 'aws-key', secretKey: 'aws-secret' },
};

contract({
  provider: terraformAws,
  folder: import.meta.dirname,
  specs: {
    ha: spec,
    bastion: {
      ...spec,
      bastion: { allow: ['203.0.113.0/24'] },
      ingress: {},
      bucket: 'backups',
      credentials: { profile: 'acme' },
    },
    autoscaling: {
      ...spec,
      autoscaling: { max: 10, userData: '#cloud-config' },
      backend: { type: 's3', config: { bucket: 'state', use_lockfile: true } },
    },
    tofu: { ...spec, program: 'tofu', controlPlanes: 1, workers: 0 },
  },
});

test('the played module is the recorded one', () => {
  expect(played.resources(recorded.variables)).toEqual(recorded.resources);
  expect(played.outputs(recorded.variables)).toEqual(recorded.outputs);
});

contract({ provider: terraformAws, folder: import.meta.dirname, specs: { small }, machine: account });

test('the name of the API is known beforehand where the zone is made here', () => {
  const apiOf = (more: object): unknown => {
    const filled = Value.Default(AwsSpec, { ...structuredClone(spec), ...more }) as AwsSpec; // the schema is its own
    return terraformAws.plan(filled, sampleGiven('infrastructure'), sampleKit('infrastructure')).publishes.api;
  };
  expect(apiOf({ domain: 'acme.internal' })).toBe('api.acme.internal:6443');
  expect(apiOf({ dns: false })).toEqual({ $step: 'infrastructure/sample/terraform', $path: 'api' });
});

describe('machines', () => {
  const filled = (more: object): AwsSpec => Value.Default(AwsSpec, { ...structuredClone(spec), ...more }) as AwsSpec; // the schema is its own
  it('are in turn over the zones, at addresses known beforehand', () => {
    expect(nodesOf(filled({})).map(({ name, zone, address }) => `${name} ${zone} ${address}`)).toEqual([
      'cp-1 eu-west-3a 10.20.0.10',
      'cp-2 eu-west-3b 10.20.16.10',
      'cp-3 eu-west-3c 10.20.32.10',
      'worker-1 eu-west-3a 10.20.0.20',
      'worker-2 eu-west-3b 10.20.16.20',
      'worker-3 eu-west-3c 10.20.32.20',
    ]);
  });
  it('have different addresses, however many', () => {
    const addresses = nodesOf(filled({ controlPlanes: 5, workers: 200, zones: ['eu-west-3a'], cidr: '10.20.0.0/20' })).map(
      ({ address }) => address,
    );
    expect(new Set(addresses).size).toBe(205);
    expect(addresses).not.toContain('');
  });
  it('have the size of their type, where the family is known', () => {
    expect(sizeOf('m6i.2xlarge')).toEqual({ cpus: 8, memoryBytes: 32 * 2 ** 30 });
    expect(sizeOf('r5.large')).toEqual({ cpus: 2, memoryBytes: 16 * 2 ** 30 });
    expect(sizeOf('t3.medium')).toBeUndefined();
  });
});
