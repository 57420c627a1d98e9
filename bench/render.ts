// The same objects with a namespace, labels and two patches laid over them, by cold processes: ours, kustomize, kubectl
// and helm. All results are compared as parsed objects before a clock runs. Then: nothing changed, rendered again.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump, loadAll } from 'js-yaml';
import { globSync } from './glob.js';
import { machine, rounded, spread } from './measure.js';
import { type Overlay, overlayText } from '../src/packages/overlay.js';

const counts = (process.env.STRATA_BENCH_OBJECTS ?? '1000,5000').split(',').map(Number);
const rounds = Number(process.env.STRATA_BENCH_ROUNDS ?? 10);
/** Peers to leave out, for a short run. */
const without = (process.env.STRATA_BENCH_WITHOUT ?? '').split(',');
const tools = join(process.env.STRATA_CACHE ?? join(homedir(), '.cache', 'strata'), 'tools');
const overlay: Overlay = {
  namespace: 'bench',
  labels: { team: 'a', stage: 'test' },
  patches: [
    { target: { kind: 'Deployment' }, op: 'replace', path: '/spec/replicas', value: 3 },
    { target: { kind: 'Deployment' }, op: 'add', path: '/spec/template/spec/priorityClassName', value: 'high' },
  ],
};

/** A fifth each: workloads, services, settings, accounts, and an object without a namespace. */
function objectOf(i: number): unknown {
  const name = `app-${Math.floor(i / 5)}`;
  const metadata = { name, labels: { app: name } };
  const container = {
    name: 'main',
    image: `registry.example.org/${name}:1.${i}`,
    ports: [{ name: 'http', containerPort: 8080 }],
    env: [
      { name: 'LEVEL', value: 'info' },
      { name: 'LIMIT', value: '10' },
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
  };
  switch (i % 5) {
    case 0:
      return {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata,
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: name } },
          template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
        },
      };
    case 1:
      return {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 'http' }] },
      };
    case 2:
      return {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        data: { 'app.yaml': `name: ${name}\nlevel: info\n`, on: 'yes', size: '10' },
      };
    case 3:
      return { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false };
    default:
      return {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata,
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
      };
  }
}

const yamlOf = (objects: readonly unknown[]): string =>
  objects.map((one) => dump(one, { noRefs: true, lineWidth: -1 })).join('---\n');

function writeInputs(folder: string, count: number): void {
  const objects = Array.from({ length: count }, (_, i) => objectOf(i));
  const text = yamlOf(objects);
  writeFileSync(join(folder, 'objects.yaml'), text);
  writeFileSync(join(folder, 'overlay.json'), JSON.stringify(overlay));
  const patch = JSON.stringify(overlay.patches?.map(({ op, path, value }) => ({ op, path, value })));
  const kustomization = {
    resources: ['objects.yaml'],
    namespace: overlay.namespace,
    labels: [{ pairs: overlay.labels, includeSelectors: true }],
    patches: [{ target: { kind: 'Deployment' }, patch }],
  };
  writeFileSync(join(folder, 'kustomization.yaml'), dump(kustomization));
  writeChart(join(folder, 'chart'), objects);
}

/** What an overlay does from outside is written into a chart's templates: namespace, labels and values by name. */
function writeChart(folder: string, objects: readonly unknown[]): void {
  mkdirSync(join(folder, 'templates'), { recursive: true });
  writeFileSync(join(folder, 'Chart.yaml'), dump({ apiVersion: 'v2', name: 'bench', version: '1.0.0' }));
  writeFileSync(join(folder, 'values.yaml'), dump({ labels: overlay.labels, replicas: 3, priority: 'high' }));
  const labels = Object.keys(overlay.labels ?? {}).map((key) => [key, `{{ .Values.labels.${key} }}`]);
  const own: Overlay = {
    namespace: '{{ .Release.Namespace }}',
    labels: Object.fromEntries(labels),
    patches: [
      { target: { kind: 'Deployment' }, op: 'replace', path: '/spec/replicas', value: 'REPLICAS' },
      {
        target: { kind: 'Deployment' },
        op: 'add',
        path: '/spec/template/spec/priorityClassName',
        value: '{{ .Values.priority }}',
      },
    ],
  };
  for (let i = 0; i < objects.length; i += 50) {
    const { text } = overlayText(yamlOf(objects.slice(i, i + 50)), own);
    writeFileSync(join(folder, 'templates', `part-${i}.yaml`), text.replaceAll('REPLICAS', '{{ .Values.replicas }}'));
  }
}

const byName = (text: string): readonly string[] =>
  loadAll(text)
    .filter((one) => one !== null && one !== undefined)
    .map((one) => canonical(one))
    .sort();

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

const tool = (name: string): string => globSync(join(tools, name), 'bin', name);

function commandsFor(folder: string): Readonly<Record<string, readonly [string, ...string[]]>> {
  return {
    ours: [process.execPath, join(import.meta.dirname, 'render-one.mjs'), folder],
    kustomize: [tool('kustomize'), 'build', folder],
    kubectl: [tool('kubectl'), 'kustomize', folder],
    helm: [tool('helm'), 'template', 'bench', join(folder, 'chart'), '--namespace', 'bench'],
  };
}

const run = ([file, ...args]: readonly [string, ...string[]]): string =>
  execFileSync(file, args, { encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'pipe'] });

function versions(): Readonly<Record<string, string>> {
  const kubectl = JSON.parse(run([tool('kubectl'), 'version', '--client', '-o', 'json'])) as Record<string, unknown>;
  const client = kubectl.clientVersion as { gitVersion?: string } | undefined;
  return {
    kustomize: run([tool('kustomize'), 'version']).trim(),
    kubectl: `${client?.gitVersion ?? 'unknown'} with kustomize ${String(kubectl.kustomizeVersion)}`,
    helm: run([tool('helm'), 'version', '--short']).trim(),
  };
}

/** Rendering again with nothing changed: the digest of what goes in is looked up. */
function again(folder: string): { readonly first: number; readonly unchanged: number; readonly ratio: number } {
  const kept = new Map<string, string>();
  const render = (): string => {
    const text = readFileSync(join(folder, 'objects.yaml'));
    const laid = readFileSync(join(folder, 'overlay.json'), 'utf8');
    const key = createHash('sha256').update(text).update(laid).digest('hex');
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = overlayText(text.toString('utf8'), JSON.parse(laid) as Overlay).text;
    kept.set(key, made);
    return made;
  };
  const timed = (): number => {
    const began = performance.now();
    render();
    return performance.now() - began;
  };
  const firsts: number[] = [];
  const unchanged: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    kept.clear();
    firsts.push(timed());
    unchanged.push(timed());
  }
  const [first, second] = [spread(firsts).median, spread(unchanged).median];
  return { first, unchanged: second, ratio: rounded(first / second) };
}

function compare(count: number): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'strata-bench-render-'));
  try {
    writeInputs(folder, count);
    const commands = Object.entries(commandsFor(folder)).filter(([name]) => !without.includes(name));
    const outputs = commands.map(([name, command]) => [name, byName(run(command))] as const);
    const [, expected] = outputs[0] ?? [];
    if (expected?.length !== count) throw new Error(`ours made ${expected?.length} objects of ${count}`);
    for (const [name, output] of outputs)
      output.forEach((one, i) => {
        if (one !== expected[i] || output.length !== count)
          throw new Error(`${name} renders something else:\n${one}\n${expected[i]}`);
      });
    const times: Record<string, number[]> = Object.fromEntries(commands.map(([name]) => [name, []]));
    for (let round = 0; round < rounds; round += 1)
      for (const [name, command] of commands) {
        const began = performance.now();
        run(command);
        times[name]?.push(performance.now() - began);
      }
    const ms = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, spread(list)]));
    const ours = ms.ours?.median ?? Number.NaN;
    const timesOurs = Object.fromEntries(Object.entries(ms).map(([name, { median }]) => [name, rounded(median / ours)]));
    return {
      objects: count,
      equalOutput: true,
      ms,
      timesOurs,
      objectsPerSecond: Math.round(count / (ours / 1000)),
      again: again(folder),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const results = counts.map(compare);
console.log(JSON.stringify({ benchmark: 'render', machine: machine(), versions: versions(), rounds, results }, null, 2));
