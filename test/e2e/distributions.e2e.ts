// Distributions that come through Cluster API, against a real etcd and a real API server with the kinds of a pinned
// sigs.k8s.io/cluster-api: its schema and its server-side apply judge what is asked for. What a Supervisor would do with it
// (machines, kubeconfig, conditions) is played by a loop of this test.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Value } from 'typebox/value';
import { componentMakefile } from '../../src/app/eject/makefile.js';
import { openSite, quietReader, type Site } from '../../src/app/site.js';
import type { Child } from '../../src/host/index.js';
import type { Json, Result, Step } from '../../src/model/index.js';
import { tanzu } from '../../src/providers/kubernetes/tanzu/index.js';
import { startControlPlane } from '../../src/rehearsal/control-plane.js';
import { memoryJournal, proves, runOnce, sampleGiven, sampleKit } from '../../src/testkit/index.js';
import { planToolchain } from '../../src/toolchain/index.js';

const provider = 'kubernetes/tanzu';
const tools = ['etcd', 'kube-apiserver', 'kubectl', 'cluster-api-crds'];
const children: Child[] = [];
let folder = '';
let kubectlPath = '';
let crds = '';
let admin = '';
let site: Site;

const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.error.diagnostic.code}: ${result.error.diagnostic.message}`);
  return result.value;
};
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Runs kubectl with the administrator's rights; `input` goes to its standard input. */
function kubectl(args: readonly string[], input?: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(kubectlPath, ['--kubeconfig', admin, ...args], (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(stderr || error.message)),
    );
    child.stdin?.end(input === undefined ? '' : JSON.stringify(input));
  });
}
type Written = Readonly<Record<string, unknown>>;
/** Writes objects as their owner would; status goes in by its own door. */
async function write(...objects: readonly Written[]): Promise<void> {
  const items = { apiVersion: 'v1', kind: 'List', items: objects };
  await kubectl([...apply, '-f', '-'], items);
  const told = objects.filter(({ status }) => status !== undefined);
  if (told.length > 0) await tell(...told);
}
/** Writes the status alone. */
const tell = (...objects: readonly Written[]): Promise<string> =>
  kubectl([...apply, '--subresource=status', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: objects });
const apply = ['apply', '--server-side', '--force-conflicts', '--field-manager=owner'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-distributions-'));
  site = value(await openSite(folder, 'local'));
  const got = await runOnce({ steps: planToolchain(site.toolchain, { tools, images: [] }), worlds: site.host });
  expect(got.run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
  const locate = (tool: string): Promise<string | undefined> => quietReader(site.host).locate(tool);
  kubectlPath = (await locate('kubectl')) ?? '';
  crds = (await locate('cluster-api-crds')) ?? '';
  const plane = value(
    await startControlPlane({ folder: join(folder, 'plane'), locate, signal: new AbortController().signal }, children),
  );
  plane.connection.close();
  admin = plane.places.kubeconfig;
}, 900_000);

afterAll(async () => {
  await Promise.all(children.map((child) => child.end()));
  await rm(folder, { recursive: true, force: true });
});

type Api = 'v1beta1' | 'v1beta2';
type Crd = Written & {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly versions: readonly { readonly name: string }[] };
};

/** The kinds in one version of the API: between versions stands a webhook of Cluster API, which does not run here. */
function kinds(api: Api): readonly Crd[] {
  const bases = join(crds, 'core/config/crd/bases');
  return ['clusters', 'clusterclasses', 'machines'].map((name) => {
    const file = readdirSync(bases).find((one) => one === `cluster.x-k8s.io_${name}.yaml`);
    const crd = parse(readFileSync(join(bases, file ?? ''), 'utf8')) as Crd; // checked by the API server that takes it
    const versions = crd.spec.versions.filter((one) => one.name === api);
    return { ...crd, spec: { ...crd.spec, versions: versions.map((one) => ({ ...one, served: true, storage: true })) } };
  });
}

/** Releases are a kind of the Supervisor; no module carries its schema, so any field is taken. */
const releases = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'kubernetesreleases.kubernetes.vmware.com' },
  spec: {
    group: 'kubernetes.vmware.com',
    scope: 'Cluster',
    names: { kind: 'KubernetesRelease', plural: 'kubernetesreleases' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
const release = (version: string) => ({
  apiVersion: 'kubernetes.vmware.com/v1alpha1',
  kind: 'KubernetesRelease',
  metadata: { name: version.replace('+', '---') },
  spec: { version },
});
const reference = (api: Api, group: string, kind: string) =>
  api === 'v1beta1'
    ? { ref: { apiVersion: `${group}/v1beta1`, kind, name: 'any', namespace: 'platform' } }
    : { templateRef: { apiVersion: `${group}/v1beta2`, kind, name: 'any' } };
const clusterClass = (api: Api) => ({
  apiVersion: `cluster.x-k8s.io/${api}`,
  kind: 'ClusterClass',
  metadata: { name: 'builtin-generic-v3.4.0', namespace: 'platform' },
  spec: {
    infrastructure: reference(api, 'infrastructure.cluster.x-k8s.io', 'VSphereClusterTemplate'),
    controlPlane: reference(api, 'controlplane.cluster.x-k8s.io', 'KubeadmControlPlaneTemplate'),
  },
});

async function prepare(api: Api): Promise<void> {
  await write(...kinds(api), releases);
  await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
  await write({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'platform' } });
  const storage = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'vsan' },
    provisioner: 'csi.example.org',
  };
  const versions = ['v1.33.6+vmware.1-fips', 'v1.34.2+vmware.1-fips', 'v1.35.1+vmware.1-fips'];
  await write(...versions.map(release), clusterClass(api), storage);
}

interface Cluster {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: {
    readonly topology: {
      readonly version: string;
      readonly controlPlane: { readonly replicas: number };
      readonly workers: { readonly machineDeployments: readonly { readonly replicas: number }[] };
    };
  };
}

/** What a Supervisor does with each topology it has not seen yet: machines, nodes of them, the kubeconfig, the conditions. */
async function supervise(api: Api, seen: Set<string>): Promise<void> {
  const list = JSON.parse(await kubectl(['get', 'clusters.cluster.x-k8s.io', '-n', 'platform', '-o', 'json']));
  for (const { metadata, spec } of list.items as readonly Cluster[]) {
    const key = JSON.stringify([metadata.uid, spec.topology]);
    if (seen.has(key)) continue;
    const { version, controlPlane, workers } = spec.topology;
    const count = workers.machineDeployments.reduce((sum, { replicas }) => sum + replicas, controlPlane.replicas);
    const numbers = Array.from({ length: count }, (_, n) => n);
    const data = { value: Buffer.from(readFileSync(admin, 'utf8')).toString('base64') };
    const secret = { name: `${metadata.name}-kubeconfig`, namespace: 'platform' };
    await write(
      { apiVersion: 'v1', kind: 'Secret', metadata: secret, type: 'cluster.x-k8s.io/secret', data },
      ...numbers.flatMap((n) => [machine(api, metadata.name, n, version), node(n, version)]),
    );
    const types = api === 'v1beta1' ? ['Ready', 'ControlPlaneReady'] : ['Available', 'ControlPlaneAvailable'];
    await tell({
      apiVersion: `cluster.x-k8s.io/${api}`,
      kind: 'Cluster',
      metadata: { name: metadata.name, namespace: 'platform' },
      spec, // asked for by the schema, and left alone by a write of the status
      status: { conditions: [...types, 'InfrastructureReady', 'TopologyReconciled'].map(fulfilled) },
    });
    seen.add(key);
  }
}
const fulfilled = (type: string) => ({
  type,
  status: 'True',
  reason: 'Played',
  message: 'by a test',
  lastTransitionTime: '2026-11-24T00:00:00Z',
});
const machine = (api: Api, clusterName: string, n: number, version: string) => ({
  apiVersion: `cluster.x-k8s.io/${api}`,
  kind: 'Machine',
  metadata: { name: `m-${n}`, namespace: 'platform', labels: { 'cluster.x-k8s.io/cluster-name': clusterName } },
  spec: {
    clusterName,
    version,
    bootstrap: { dataSecretName: 'any' },
    infrastructureRef:
      api === 'v1beta1'
        ? { apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta1', kind: 'VSphereMachine', name: `m-${n}`, namespace: 'platform' }
        : { apiGroup: 'infrastructure.cluster.x-k8s.io', kind: 'VSphereMachine', name: `m-${n}` },
  },
  status: { phase: 'Running' },
});
const node = (n: number, kubeletVersion: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `m-${n}` },
  status: {
    conditions: [{ ...fulfilled('Ready'), lastHeartbeatTime: '2026-11-24T00:00:00Z' }],
    nodeInfo: nodeInfo(kubeletVersion),
  },
});
const nodeInfo = (kubeletVersion: string) => {
  const rest = ['machineID', 'systemUUID', 'bootID', 'kernelVersion', 'osImage', 'containerRuntimeVersion', 'kubeProxyVersion'];
  return { ...Object.fromEntries(rest.map((key) => [key, ''])), kubeletVersion, operatingSystem: 'linux', architecture: 'amd64' };
};

type Changes = Readonly<Record<string, Json>>;
type Spec = Parameters<typeof tanzu.plan>[0];
function specOf(changes: Changes): Spec {
  const given = {
    supervisor: { file: admin },
    namespace: 'platform',
    vmClass: 'guaranteed-medium',
    storageClass: 'vsan',
    pools: [{ name: 'workers', replicas: 2, vmClass: 'guaranteed-large', failureDomain: 'zone-b' }],
    waitMinutes: 2,
    ...changes,
  };
  const spec = Value.Default(tanzu.spec, structuredClone(given));
  expect([...Value.Errors(tanzu.spec, spec)]).toEqual([]);
  return spec as Spec; // filled from its schema
}
function kitOf() {
  const catalog = join(site.paths.catalog, 'kubernetes/tanzu');
  const names = readdirSync(catalog);
  const files = names.map((name) => [`catalog:kubernetes/tanzu/${name}`, readFileSync(join(catalog, name), 'utf8')]);
  return sampleKit('kubernetes', Object.fromEntries(files));
}
function steps(changes: Changes): readonly Step[] {
  const kit = kitOf();
  const planned = tanzu.plan(specOf(changes), sampleGiven('kubernetes'), kit).steps; // the toolchain is known once all is planned
  return [...kit.toolchain(), ...planned];
}

/** Writes a component as `strata eject` does, and gives a caller of its make targets. */
async function ejected(changes: Changes): Promise<(goal: string) => Promise<string>> {
  const ejection = tanzu.eject?.(specOf(changes), sampleGiven('kubernetes'), kitOf(), {});
  const into = await mkdtemp(join(folder, 'ejected-'));
  const makefile = componentMakefile({
    layer: 'kubernetes',
    name: 'cluster',
    use: 'tanzu',
    folder: 'kubernetes/cluster',
    ejection,
  });
  await writeFile(join(into, 'Makefile'), makefile);
  for (const file of ejection?.files ?? []) if ('text' in file) await writeFile(join(into, file.path), file.text);
  const env = { PATH: `${dirname(kubectlPath)}${delimiter}${process.env.PATH ?? ''}`, SUPERVISOR_KUBECONFIG: admin, HOME: into };
  return (goal) =>
    new Promise((resolve, reject) => {
      execFile('make', ['-C', into, goal], { env }, (error, stdout, stderr) =>
        error === null ? resolve(into) : reject(new Error(`${stdout}${stderr}`)),
      );
    });
}

describe.each(['v1beta1', 'v1beta2'] as const)('a cluster of Cluster API %s', (api) => {
  const journal = memoryJournal();
  /** Does something while a Supervisor is played. */
  const supervised = async <T>(work: () => Promise<T>): Promise<T> => {
    let over = false;
    const seen = new Set<string>();
    const play = async (): Promise<void> => {
      while (!over) await supervise(api, seen).then(() => pause(250));
    };
    const result = work().finally(() => {
      over = true;
    });
    return (await Promise.all([result, play()]))[0];
  };
  const run = (changes: Changes, mode: 'up' | 'destroy' = 'up') => {
    const work = () => runOnce({ steps: steps({ api, ...changes }), worlds: site.host, journal, mode });
    // A Cluster that goes away needs nobody to play: a status written after it would find nothing.
    return mode === 'destroy' ? work() : supervised(work);
  };
  beforeAll(() => prepare(api), 120_000);
  afterAll(async () => {
    await kubectl(['delete', 'crd', '--all', '--timeout=60s']);
    await kubectl(['delete', 'nodes', '--all']);
  }, 120_000);

  test('is taken by the schema, made, kept, moved one minor version up, and removed', async () => {
    proves({ provider, level: 'simulator', what: `${api}: made, kept, upgraded, removed on a real API server with the CRDs` });
    const made = await run({});
    expect(made.run, JSON.stringify(made.events.filter(({ type }) => type === 'step-finished'))).toMatchObject({
      ok: true,
      value: { verdict: 'ok' },
    });
    const again = await run({});
    expect(again.plan.steps.filter(({ verdict }) => verdict !== 'keep')).toEqual([]);
    const up = await run({ version: 'v1.34.2+vmware.1-fips' });
    expect(up.run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    const [cluster] = JSON.parse(await kubectl(['get', 'clusters.cluster.x-k8s.io', '-n', 'platform', '-o', 'json'])).items;
    expect(cluster.spec.topology.version).toBe('v1.34.2+vmware.1-fips');
    const skipped = await run({ version: 'v1.33.6+vmware.1-fips' });
    expect(JSON.stringify(skipped.events)).toContain('TANZU-VERSION-BACK');
    const gone = await run({}, 'destroy');
    expect(gone.run).toMatchObject({ ok: true, value: { verdict: 'ok' } });
    expect(JSON.parse(await kubectl(['get', 'clusters.cluster.x-k8s.io', '-A', '-o', 'json'])).items).toEqual([]);
  });

  test('is made by its ejected files too, without Strata', async () => {
    proves({ provider, level: 'simulator', what: `${api}: ejected files make and remove it with kubectl alone` });
    const make = await ejected({ api });
    await make('check');
    const into = await supervised(() => make('apply'));
    expect(readFileSync(join(into, 'kubeconfig'), 'utf8')).toBe(readFileSync(admin, 'utf8'));
    await make('destroy');
    expect(JSON.parse(await kubectl(['get', 'clusters.cluster.x-k8s.io', '-A', '-o', 'json'])).items).toEqual([]);
  });

  test('is refused by the schema where a field is none of its own or holds what it may not', async () => {
    const pools = [{ name: 'workers', replicas: 2, class: 'x'.repeat(300) }];
    const long = await runOnce({ steps: steps({ api, pools }), worlds: site.host, journal: memoryJournal() });
    expect(JSON.stringify(long.events)).toContain('Too long');
    const odd = { apiVersion: `cluster.x-k8s.io/${api}`, kind: 'Cluster', metadata: { name: 'odd', namespace: 'platform' } };
    const field = api === 'v1beta1' ? { classRef: { name: 'any' } } : { class: 'any' };
    const asked = write({ ...odd, spec: { topology: { version: 'v1.33.6', ...field } } });
    await expect(asked).rejects.toThrow(api === 'v1beta1' ? /classRef/ : /class/);
  });
});
