// Whole products are swapped below services and applications, which stay the same to the byte; and what is ejected works
// without Strata: make, terraform and kubectl alone, against a simulated account and a simulated cluster.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSite, quietReader, type Site } from '../../src/app/site.js';
import { type Child, freePorts, startChild } from '../../src/host/index.js';
import type { Result } from '../../src/model/index.js';
import { type SimulatedCluster, startCluster } from '../../src/rehearsal/index.js';
import { memoryJournal, proves, runOnce } from '../../src/testkit/index.js';
import { planToolchain } from '../../src/toolchain/index.js';
import { pythonWith } from '../support/python.js';
import { eventually, repository, strata, system } from './strata.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-eject-'));
const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.error.diagnostic.code}: ${result.error.diagnostic.message}`);
  return result.value;
};
let site: Site;
const located = async (tool: string): Promise<string> => {
  const path = await quietReader(site.host).locate(tool);
  if (path === undefined) throw new Error(`no ${tool}`);
  return path;
};

beforeAll(async () => {
  site = value(await openSite(folder, 'e2e'));
  const tools = [
    'kubectl',
    'kubeadm',
    'terraform',
    'terraform-provider-aws',
    'ssh-keygen',
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kwok',
    'kwok-stages',
  ];
  const { run } = await runOnce({
    steps: planToolchain(site.toolchain, { tools, images: [] }),
    worlds: site.host,
    journal: memoryJournal(),
  });
  expect(run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
}, 900_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every file below a folder, by its path. */
function filesIn(at: string): ReadonlyMap<string, string> {
  const paths = readdirSync(at, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(at, path)).isFile());
  return new Map(paths.sort().map((path) => [path, readFileSync(join(at, path), 'utf8')]));
}

/** make, with nothing of Strata on its way. The simulators are our children: waiting for make must not keep them from being heard. */
const make = (at: string, goal: string, variables: Readonly<Record<string, string>>) =>
  promisify(execFile)('make', ['-C', at, goal, ...Object.entries(variables).map(([name, one]) => `${name}=${one}`)], {
    maxBuffer: 64 << 20,
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder },
  });

describe('one definition in three places', () => {
  const places = ['laptop', 'datacentre', 'cloud'] as const;
  const trees = new Map<string, ReadonlyMap<string, string>>();

  test('whole products below are swapped; services and applications are the same to the byte', async () => {
    for (const place of places) {
      const done = await strata('eject', join(folder, place), '-f', join(repository, 'examples/fleet'), '-e', place);
      expect(done.code).toBe(0);
      trees.set(place, filesIn(join(folder, place)));
    }
    const part = (place: string, layers: readonly string[]) =>
      Object.fromEntries([...(trees.get(place) ?? [])].filter(([path]) => layers.includes(path.split('/')[0] ?? '')));
    const above = ['services', 'applications'];
    expect(Object.keys(part('laptop', above)).length).toBeGreaterThan(50);
    for (const place of ['datacentre', 'cloud']) {
      expect(part(place, above)).toEqual(part('laptop', above));
      expect(part(place, ['infrastructure', 'kubernetes'])).not.toEqual(part('laptop', ['infrastructure', 'kubernetes']));
    }
    for (const provider of ['kubernetes/rke2', 'kubernetes/openshift', 'infrastructure/terraform-vsphere'] as const)
      proves({ provider, level: 'rendered', what: 'ejected: plain files and a Makefile' });
  });

  test('kubeadm itself takes the configuration of the ejected cluster', async () => {
    await make(join(folder, 'laptop/kubernetes/cluster'), 'check', { KUBEADM: await located('kubeadm'), SSH_KEY: 'none' });
    proves({
      provider: 'kubernetes/kubeadm',
      level: 'rendered',
      what: 'ejected: files, scripts, and a configuration that kubeadm accepts',
    });
  });

  test('a folder that is not empty is left alone', async () => {
    const before = filesIn(join(folder, 'laptop'));
    const again = await strata('eject', join(folder, 'laptop'), '-f', join(repository, 'examples/fleet'), '-e', 'laptop');
    expect(again.code).not.toBe(0);
    expect(again.stderr).toContain('EJECT-FOLDER-TAKEN');
    expect(filesIn(join(folder, 'laptop'))).toEqual(before);
  });
});

describe('without Strata', () => {
  const children: Child[] = [];
  let cluster: SimulatedCluster | undefined;
  afterAll(async () => {
    await cluster?.stop();
    await Promise.all(children.map((child) => child.end()));
  });

  test('make builds and takes away the machines of a simulated account', async () => {
    const [port = 0] = await freePorts(1);
    const endpoint = `http://127.0.0.1:${port}`;
    const python = pythonWith(site.paths.cache, 'moto-5.2.5', 'moto[server]==5.2.5');
    const support = (name: string): string => join(repository, 'test/support', name);
    const args = [support('aws-simulator.py'), '-H', '127.0.0.1', '-p', String(port)];
    children.push(value(await startChild({ name: 'moto', file: python, args, env: {}, log: join(folder, 'moto.log') })));
    await eventually(60, 'the simulated account answers', async () => (await fetch(`${endpoint}/moto-api/`)).ok || undefined);
    const account = (verb: string): unknown =>
      JSON.parse(system(python, support('aws-instances.py'), verb, endpoint, 'ejected', 'local'));
    const image = String(account('seed'));

    const project = join(folder, 'ejected');
    write(join(project, 'platform.yaml'), awsPlatform(endpoint));
    write(
      join(project, 'environments/local.yaml'),
      'apiVersion: strata.dev/v1alpha1\nkind: Environment\nmetadata: { name: local }\n',
    );
    expect((await strata('eject', join(folder, 'aws'), '-f', project)).code).toBe(0);

    const mirror = join(folder, 'mirror');
    const plugin = join(mirror, 'registry.terraform.io/hashicorp/aws/3.1.0/linux_amd64/terraform-provider-aws_v3.1.0');
    mkdirSync(dirname(plugin), { recursive: true });
    symlinkSync(await located('terraform-provider-aws'), plugin);
    write(
      join(folder, '.terraformrc'),
      `disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`,
    );
    const at = join(folder, 'aws/infrastructure/machines');
    const variables = { IMAGE: image, TERRAFORM: await located('terraform'), AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' };
    await make(at, 'check', variables);
    await make(at, 'apply', variables);
    expect(account('machines')).toEqual(['cp-1', 'worker-1']);
    const outputs = JSON.parse(readFileSync(join(at, 'outputs.json'), 'utf8'));
    expect(outputs.nodes.value.map(({ name }: { readonly name: string }) => name).sort()).toEqual(['cp-1', 'worker-1']);
    await make(at, 'destroy', variables);
    expect(account('machines')).toEqual([]);
    proves({
      provider: 'infrastructure/terraform-aws',
      level: 'simulator',
      what: 'ejected: make apply and make destroy without Strata',
    });
  });

  test('make brings services and applications into a cluster', async () => {
    const project = join(folder, 'core');
    write(join(project, 'platform.yaml'), servicesPlatform);
    write(
      join(project, 'environments/local.yaml'),
      'apiVersion: strata.dev/v1alpha1\nkind: Environment\nmetadata: { name: local }\n',
    );
    expect((await strata('eject', join(folder, 'services'), '-f', project)).code).toBe(0);
    const plane = join(folder, 'plane');
    const machines = [
      { name: 'cp-1', role: 'control-plane' },
      { name: 'worker-1', role: 'worker' },
    ] as const;
    cluster = value(
      await startCluster({
        folder: plane,
        machines,
        locate: (tool) => quietReader(site.host).locate(tool),
        signal: new AbortController().signal,
      }),
    );
    const variables = {
      KUBECONFIG: join(plane, 'kubeconfig'),
      KUBECTL: await located('kubectl'),
      KUBEADM: await located('kubeadm'),
      SSH_KEY: 'none',
      TIMEOUT: '120s',
    };
    const at = join(folder, 'services');
    await make(at, 'check', variables);
    await make(at, 'services', variables);
    const ready = system(
      variables.KUBECTL,
      '--kubeconfig',
      variables.KUBECONFIG,
      'get',
      'deployments,daemonsets',
      '-A',
      '-o',
      'name',
    );
    expect(ready).toContain('deployment.apps/prometheus-operator');
    expect(ready).toContain('daemonset.apps/node-exporter');
    await make(join(at, 'services/core'), 'destroy', variables);
    proves({
      provider: 'services/flux',
      level: 'simulator',
      what: 'ejected: make applies every object in order, without Strata',
    });
  });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const head = 'apiVersion: strata.dev/v1alpha1\nkind: Platform\n';

function awsPlatform(endpoint: string): string {
  const services = ['autoscaling', 'ec2', 'elb', 'iam', 'route53', 's3', 'sts'];
  return `${head}metadata: { name: ejected }
spec:
  image: [{ name: node, use: packer, with: { target: aws, aws: { region: eu-west-3 } } }]
  infrastructure:
    - name: machines
      use: terraform-aws
      with:
        region: eu-west-3
        zones: [eu-west-3a, eu-west-3b]
        controlPlanes: 1
        workers: 1
        dns: false
        disks: { type: gp2 }
        support: { registry: '10.20.0.5:5000', git: 'git://10.20.0.5' }
        credentials: { accessKey: aws-key, secretKey: aws-secret }
        endpoints: { ${services.map((one) => `${one}: '${endpoint}'`).join(', ')} }
`;
}

const servicesPlatform = `${head}metadata: { name: core }
spec:
  image: [{ name: node, use: packer }]
  infrastructure: [{ name: machines, use: nspawn }]
  kubernetes: [{ name: cluster, use: kubeadm }]
  services:
    - name: core
      use: flux
      with: { packages: [{ name: node-exporter }, { name: prometheus-operator }] }
`;
