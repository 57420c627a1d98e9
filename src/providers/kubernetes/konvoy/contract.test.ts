import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { Command, Given, Node, Output, Step } from '../../../model/index.js';
import { secretRef } from '../../../model/index.js';
import { toYaml } from '../../../tools/document/index.js';
import { contract, createPuppet, memoryJournal, type Puppet, runOnce, sampleGiven, sampleKit } from '../../../testkit/index.js';
import { konvoy } from './index.js';
import { inventories } from './inventory.js';
import { KonvoySpec } from './spec.js';

// Answers as documented, never recorded: the program is not free to be fetched. Flags: its generated reference, 2.12 to 2.18.
const origin = { version: 'documented: nkp 2.16.1, Cluster API v1.14.2', recorded: '2026-11-24' };
const template = readFileSync(join(import.meta.dirname, '../../../../catalog/kubernetes/konvoy/inventory.yaml'), 'utf8');
const files = { 'catalog:kubernetes/konvoy/inventory.yaml': template };
const kubeconfig = (name: string): string => `apiVersion: v1\nkind: Config\nusers: [{ name: s3cr3t-of-${name} }]\n`;
const closed = {
  virtualInterface: 'ens192',
  airgap: {
    bundles: ['/bundles/konvoy-image-bundle-v2.16.1.tar'],
    bootstrapImage: '/bundles/konvoy-bootstrap-image-v2.16.1.tar',
  },
  version: 'v1.33.5+fips.0',
  overrides: 'fips-overrides',
};

interface Thing {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [more: string]: unknown;
}
type Store = Map<string, Thing>;

/** Two clusters that hold objects, and a program that moves them. */
class Played {
  bootstrap: Store | undefined;
  readonly own: Store = new Map();
  readonly ran: string[] = [];
  program = '2.16.1';
  stuck = false;

  constructor(readonly puppet: Puppet) {
    puppet.state.secrets.set('ssh-key', 'PRIVATE KEY OF THE MACHINES');
    puppet.state.files.set('/bundles/konvoy-image-bundle-v2.16.1.tar', { body: 'images', mode: 0o644 });
    puppet.tool('nkp', origin).answer((args) => this.nkp(args));
    puppet.tool('kubectl', origin).answer((args, { stdin }) => this.kubectl(args, text(puppet, stdin)));
  }

  private nkp(args: readonly string[]): Partial<Output> {
    const value = (flag: string): string => args[args.indexOf(flag) + 1] ?? '';
    const what = args.slice(0, 2).join(' ');
    if (args[0] === 'version') return { stdout: `catalog: v0.8.1\nkonvoy: v${this.program}\nnkp: v${this.program}\n` };
    this.ran.push(args.join(' '));
    if (what === 'create bootstrap') {
      this.bootstrap = new Map();
      this.puppet.state.files.set(value('--kubeconfig'), { body: kubeconfig('bootstrap'), mode: 0o600 });
    }
    if (what === 'create cluster') return { stdout: this.rendered(value) };
    if (what === 'create capi-components')
      this.own.set('Deployment', { kind: 'Deployment', metadata: { name: 'capi-controller-manager' } });
    if (what === 'move capi-resources') {
      for (const [key, thing] of this.bootstrap ?? []) this.own.set(key, thing);
      this.bootstrap?.clear();
    }
    if (what === 'delete bootstrap') this.bootstrap = undefined;
    if (what === 'delete cluster') (args.includes('--self-managed=true') ? this.own : this.bootstrap)?.clear();
    if (args[0] === 'update') this.update(`v${value('--kubernetes-version')}`, args[1] === 'controlplane');
    return {};
  }

  private rendered(value: (flag: string) => string): string {
    const listed = parseAllDocuments(this.puppet.state.files.get(value('--pre-provisioned-inventory-file'))?.body ?? '');
    if (listed.length === 0) return '';
    const replicas = [Number(value('--control-plane-replicas')), Number(value('--worker-replicas'))];
    const spec = { replicas, version: `v${value('--kubernetes-version')}` };
    return toYaml([
      { apiVersion: 'cluster.x-k8s.io/v1beta1', kind: 'Cluster', metadata: { name: value('--cluster-name') }, spec },
    ]);
  }

  private update(version: string, planes: boolean): void {
    for (const [key, thing] of this.own)
      if (thing.kind === 'Machine' && (thing.metadata.labels?.['cluster.x-k8s.io/control-plane'] !== undefined) === planes)
        this.own.set(key, { ...thing, spec: { version } });
  }

  private kubectl(args: readonly string[], stdin: string): Partial<Output> {
    const own = args.includes('secret:kubeconfig');
    const store = own ? this.own : this.bootstrap;
    if (store === undefined)
      return {
        code: 1,
        stderr: 'The connection to the server 127.0.0.1:41234 was refused - did you specify the right host or port?',
      };
    const at = args.findIndex((arg) => ['get', 'apply'].includes(arg));
    const [verb, ...rest] = args.slice(at);
    if (verb === 'apply') for (const document of parseAllDocuments(stdin)) this.made(document.toJS(), store);
    if (verb !== 'get') return {};
    const found = rest.includes('-f') ? this.named(stdin, store) : this.listed(rest, store, own);
    return { stdout: found.length === 0 ? '' : JSON.stringify({ items: found }) };
  }

  private made(thing: Thing, store: Store): void {
    const types = ['Ready', 'ControlPlaneReady', 'InfrastructureReady'];
    const status = {
      conditions: this.stuck
        ? [{ type: 'Ready', status: 'False', reason: 'SSH', message: 'cannot log in to 10.77.0.21' }]
        : types.map((type) => ({ type, status: 'True' })),
    };
    store.set(`${thing.kind}/${thing.metadata.name}`, thing.kind === 'Cluster' ? { ...thing, status } : thing);
    if (thing.kind !== 'Cluster') return;
    const { replicas, version } = thing.spec as { replicas: readonly [number, number]; version: string }; // as rendered above
    for (let n = 0; n < (this.stuck ? 0 : replicas[0] + replicas[1]); n += 1) {
      const labels: Record<string, string> = n < replicas[0] ? { 'cluster.x-k8s.io/control-plane': '' } : {};
      store.set(`Machine/${n}`, {
        kind: 'Machine',
        metadata: { name: `m-${n}`, labels },
        spec: { version },
        status: { phase: 'Running' },
      });
    }
    const data = { value: Buffer.from(kubeconfig('workload')).toString('base64') };
    store.set('Secret/kubeconfig', { kind: 'Secret', metadata: { name: `${thing.metadata.name}-kubeconfig` }, data });
  }

  private named(stdin: string, store: Store): readonly Thing[] {
    return parseAllDocuments(stdin).flatMap((document) => {
      const { kind, metadata }: Thing = document.toJS();
      return store.get(`${kind}/${metadata.name}`) ?? [];
    });
  }

  private listed([kinds = '', name = '']: readonly string[], store: Store, own: boolean): readonly Thing[] {
    const of = (kind: string) =>
      [...store.values()].filter(
        (thing) => thing.kind === kind && (name.startsWith('-') || name === '' || thing.metadata.name === name),
      );
    if (kinds === 'storageclasses') return [{ kind: 'StorageClass', metadata: { name } }];
    if (kinds === 'nodes' && own)
      return [...this.own.values(), ...(this.bootstrap?.values() ?? [])]
        .filter(({ kind }) => kind === 'Machine')
        .map(({ metadata }) => ({
          kind: 'Node',
          metadata,
          status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.33.5' } },
        }));
    const kind = { clusters: 'Cluster', machines: 'Machine', secrets: 'Secret', deployments: 'Deployment' }[
      kinds.split('.')[0] ?? ''
    ];
    return kind === undefined ? [] : of(kind);
  }
}
const text = (puppet: Puppet, stdin: Command['stdin']): string =>
  stdin === undefined ? '' : typeof stdin === 'string' ? stdin : (puppet.state.secrets.get(stdin.$secret) ?? '');

contract({
  provider: konvoy,
  folder: import.meta.dirname,
  specs: { plain: {}, closed },
  files,
  machine: () => new Played(createPuppet()).puppet,
});

const sample = sampleGiven('kubernetes');
const sampleNodes = sample.infrastructure.nodes as readonly Node[];
function steps(changes: object = {}, nodes: readonly Node[] = sampleNodes): readonly Step[] {
  const spec = Value.Default(KonvoySpec, structuredClone(changes)) as KonvoySpec; // filled from its own schema
  expect([...Value.Errors(KonvoySpec, spec)]).toEqual([]);
  const given: Given<'kubernetes'> = { ...sample, infrastructure: { ...sample.infrastructure, nodes } };
  const kit = sampleKit('kubernetes', files);
  const planned = konvoy.plan(spec, given, kit).steps; // the toolchain is known once all is planned
  return [...kit.toolchain(), ...planned];
}
async function standing(version = 'v1.33.5') {
  const played = new Played(createPuppet());
  const journal = memoryJournal();
  const run = async (changes: object = {}, nodes?: readonly Node[], mode: 'up' | 'destroy' = 'up') => {
    const done = await runOnce({ steps: steps(changes, nodes), worlds: played.puppet, journal, mode });
    return { ...done, told: JSON.stringify(done.events) };
  };
  expect((await run({ version })).run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
  return { played, run };
}

describe('a cluster that stands', () => {
  test('manages itself, and no bootstrap cluster is left', async () => {
    const { played } = await standing();
    expect(played.bootstrap).toBeUndefined();
    expect(played.own.get('Cluster/test-test')).toBeDefined();
    expect(played.ran.map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([
      'create bootstrap',
      'create cluster',
      'create capi-components',
      'move capi-resources',
      'delete bootstrap',
    ]);
  });
  test('goes up one minor version, control plane first', async () => {
    const { played, run } = await standing();
    expect((await run({ version: 'v1.34.2' })).run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    expect(played.ran.slice(-2)).toEqual([
      expect.stringMatching(/^update controlplane preprovisioned --cluster-name test-test .*--kubernetes-version 1\.34\.2/),
      expect.stringMatching(/^update nodepool preprovisioned test-test-md-0 /),
    ]);
  });
  test.each([
    ['v1.35.0', 'KONVOY-VERSION-SKEW'],
    ['v1.32.9', 'KONVOY-VERSION-BACK'],
  ])('does not go to %s: %s', async (version, code) => {
    const { played, run } = await standing();
    expect((await run({ version })).told).toContain(code);
    expect(played.ran.filter((one) => one.startsWith('update'))).toEqual([]);
  });
  test('is not given other machines behind the back of the program', async () => {
    const { run } = await standing();
    const { told } = await run({}, [...sampleNodes, { ...sampleNodes[1]!, name: 'worker-3', address: '10.77.0.23' }]);
    expect(told).toContain('KONVOY-MACHINES-CHANGED');
    expect(told).toContain('10.77.0.21, 10.77.0.22, 10.77.0.23');
  });
  test('is taken back and removed, machines and all', async () => {
    const { played, run } = await standing();
    expect((await run({}, undefined, 'destroy')).run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    expect(played.ran.at(-1)).toMatch(
      /^delete cluster --cluster-name test-test --namespace default --self-managed=true --kubeconfig secret:kubeconfig$/,
    );
  });
});

describe('before there is a cluster', () => {
  const run = async (played: Played, changes: object = {}, nodes?: readonly Node[]) =>
    JSON.stringify((await runOnce({ steps: steps(changes, nodes), worlds: played.puppet })).events);
  const [plane, worker] = sampleNodes as readonly [Node, Node];
  test.each([
    ['an even control plane', [plane, { ...plane, name: 'cp-2' }, worker], 'etcd wants 1, 3 or 5'],
    [
      'machines with different keys',
      [plane, { ...worker, ssh: { ...worker.ssh, key: secretRef('other') } }],
      'machines have different keys',
    ],
    [
      'machines behind a bastion',
      [
        plane,
        {
          ...worker,
          ssh: { ...worker.ssh, via: { address: '1.2.3.4', user: 'x', port: 22, key: secretRef('k'), hostKey: 'ssh-ed25519 A' } },
        },
      ],
      'stands behind a bastion',
    ],
    [
      'the API at one of three control planes',
      [plane, ...[2, 3].map((n) => ({ ...plane, name: `cp-${n}`, address: `10.77.0.1${n}` }))],
      'give it an address of its own',
    ],
  ] as const)('%s: refused before anything is made', async (_what, nodes, said) => {
    const played = new Played(createPuppet());
    const told = await run(played, {}, nodes);
    expect(told).toContain('KONVOY-LAYOUT');
    expect(told).toContain(said);
    expect(played.ran).toEqual([]);
  });
  test('an old program is not used', async () => {
    const played = new Played(createPuppet());
    played.program = '2.8.1';
    expect(await run(played)).toContain('KONVOY-PROGRAM');
    expect(played.ran).toEqual([]);
  });
  test('a bundle that is not there is named', async () => {
    expect(await run(new Played(createPuppet()), { airgap: { bundles: ['/bundles/other.tar'] } })).toContain(
      'There is no bundle /bundles/other.tar',
    );
  });
  test('what the cluster waits for is told, and the bootstrap cluster stays', async () => {
    const played = new Played(createPuppet());
    played.stuck = true;
    const told = await run(played, { waitMinutes: 1 });
    expect(told).toContain('cannot log in to 10.77.0.21');
    expect(played.bootstrap).toBeDefined();
    expect(played.ran.some((one) => one.startsWith('move'))).toBe(false);
  });
  test('without a way out images come from the registry of the environment', async () => {
    const played = new Played(createPuppet());
    await run(played, closed);
    expect(played.ran[0]).toBe(
      'push bundle --bundle /bundles/konvoy-image-bundle-v2.16.1.tar --to-registry http://10.77.0.2:5000 --to-registry-insecure-skip-tls-verify',
    );
    expect(played.ran.find((one) => one.startsWith('create cluster'))).toContain(
      '--virtual-ip-interface ens192 --control-plane-replicas 1 --worker-replicas 2 --kubernetes-pod-network-cidr 192.168.0.0/16 --kubernetes-service-cidr 10.96.0.0/12',
    );
    expect(played.ran.find((one) => one.startsWith('create cluster'))).toContain(
      '--registry-mirror-url http://10.77.0.2:5000 --override-secret-name fips-overrides',
    );
  });
});

test('the inventories of a cluster', async () => {
  const made = inventories({ name: 'shop-prod', nodes: sampleNodes, template });
  const shown = made.ok ? toYaml(made.value) : '';
  expect(parse(shown.split('---')[0] ?? '')).toMatchObject({
    kind: 'PreprovisionedInventory',
    spec: { hosts: [{ address: '10.77.0.11' }] },
  });
  await expect(shown).toMatchFileSnapshot('cases/inventory.yaml');
});
test('ejected, it is the inventory and the calls of the program', async () => {
  const kit = sampleKit('kubernetes', files);
  const spec = Value.Default(KonvoySpec, structuredClone(closed)) as KonvoySpec; // filled from its own schema
  await expect(stringify(konvoy.eject?.(spec, sample, kit, {}))).toMatchFileSnapshot('cases/ejected.yaml');
});
