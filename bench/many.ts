// A thousand environments of thirty packages each, in one process: objects rendered with each environment's overlay,
// their order analysed, removed APIs and capacity checked, and a run planned. Memory must stay flat.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestText, planRun } from '../src/engine/index.js';
import { createHost } from '../src/host/index.js';
import type { KubeObject, RenderedPackage, Step, StepId } from '../src/model/index.js';
import { capacityOf, type NodeCapacity, parseRemovedApis, removedApis } from '../src/packages/checks/index.js';
import { analyseOrder } from '../src/packages/order/index.js';
import { overlayObjects } from '../src/packages/overlay.js';
import { machine, rounded, spread } from './measure.js';

const environments = Number(process.env.STRATA_BENCH_ENVIRONMENTS ?? 1000);
const count = 30;
const root = join(import.meta.dirname, '..', '..');
const file = 'catalog/kubernetes/removed-apis.yaml';
const read = parseRemovedApis(readFileSync(join(root, file), 'utf8'), file);
if (!read.ok) throw new Error(read.error.message);
const table = read.value;
const machines: readonly NodeCapacity[] = Array.from({ length: 30 }, (_, i) => ({
  name: `machine-${i}`,
  role: i < 3 ? 'control-plane' : 'worker',
  cpu: 8,
  memoryBytes: 32 * 2 ** 30,
}));

/** A namespace, a kind, an object of the kind of an earlier package, a workload, its service, settings and account. */
function objectsOf(i: number): readonly KubeObject[] {
  const [name, namespace] = [`package-${i}`, `space-${i}`];
  const inside = { name, namespace, labels: { app: name } };
  const container = {
    name: 'main',
    image: `registry.example.org/${name}:1`,
    envFrom: [{ configMapRef: { name } }],
    resources: { requests: { cpu: '100m', memory: '128Mi' } },
  };
  const template = { metadata: { labels: { app: name } }, spec: { serviceAccountName: name, containers: [container] } };
  const names = { kind: `Kind${i}`, plural: `kind${i}s` };
  const versions = [{ name: 'v1', served: true, storage: true }];
  const earlier = Math.floor(i / 2);
  const own: readonly KubeObject[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `kind${i}s.example.org` },
      spec: { group: 'example.org', scope: 'Namespaced', names, versions },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: inside,
      spec: { replicas: 2, selector: { matchLabels: { app: name } }, template },
    },
    { apiVersion: 'v1', kind: 'Service', metadata: inside, spec: { selector: { app: name }, ports: [{ port: 80 }] } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: inside, data: { level: 'info' } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inside },
  ];
  return i === 0 ? own : [...own, { apiVersion: 'example.org/v1', kind: `Kind${earlier}`, metadata: inside }];
}

const base = Array.from({ length: count }, (_, i) => objectsOf(i));

function packagesOf(environment: string): readonly RenderedPackage[] {
  return base.map((objects, i) => {
    const name = `package-${i}`;
    const file = `${environment}/${name}.yaml`;
    const patches = [
      { target: { kind: 'Deployment' }, op: 'replace', path: '/spec/replicas', value: 1 + (environment.length % 3) },
    ] as const;
    const laid = overlayObjects(objects, { labels: { environment }, patches });
    return {
      name,
      file: { file, line: 1, column: 1 },
      provides: [],
      requires: [],
      after: [],
      health: [],
      programs: [],
      plays: [],
      objects: laid.objects.map((object, n) => ({ object, from: { file, line: n + 1, column: 1 }, stage: 0 })),
    };
  });
}

const nothing: Step['action'] = {
  observe: async () => ({ ok: true, value: undefined }),
  diff: () => [{ what: 'objects' }],
  apply: async () => ({ ok: true, value: {} }),
};

const host = await createHost({ paths: { cache: root, state: join(root, '.strata', 'bench'), catalog: root, project: root } });
const world = host.reader({ signal: new AbortController().signal, emit: () => undefined });

async function planOne(environment: string): Promise<number> {
  const packages = packagesOf(environment);
  const order = analyseOrder(packages);
  const errors = [...order.problems, ...removedApis(packages, 'v1.37.2', table), ...capacityOf(packages, machines).problems];
  if (errors.length > 0) throw new Error(errors[0]?.message);
  const steps = packages.map(
    ({ name, objects }): Step => ({
      id: `${environment}/${name}` as StepId,
      title: name,
      effect: 'remote',
      inputs: { objects: objects.map((one) => one.object) },
      after: (order.after[name] ?? []).map((one) => `${environment}/${one}` as StepId),
      action: nothing,
    }),
  );
  const spec = digestText(environment);
  const plan = await planRun({ platform: 'bench', environment, spec, steps, records: new Map(), world, offline: true });
  if (!plan.ok) throw new Error(plan.error.diagnostic.message);
  return plan.value.steps.length;
}

const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error('run with --expose-gc');
const heapMiB: number[] = [];
const times: number[] = [];
let planned = 0;
for (let i = 0; i < environments; i += 1) {
  const began = performance.now();
  planned += await planOne(`environment-${i}`);
  times.push(performance.now() - began);
  if ((i + 1) % (environments / 10) === 0) {
    collect();
    heapMiB.push(rounded(process.memoryUsage().heapUsed / 2 ** 20));
  }
}
const [, second = Number.NaN] = heapMiB;
const growth = rounded((heapMiB.at(-1) ?? Number.NaN) / second);
console.log(
  JSON.stringify(
    {
      benchmark: 'many',
      machine: machine(),
      environments,
      packagesEach: count,
      objectsEach: base.flat().length,
      planned,
      seconds: rounded(times.reduce((a, b) => a + b, 0) / 1000),
      msPerEnvironment: spread(times),
      heapMiBAfterEachTenth: heapMiB,
      growthFromTheSecondTenth: growth,
      peakMemoryMiB: rounded(process.resourceUsage().maxRSS / 1024),
    },
    null,
    2,
  ),
);
