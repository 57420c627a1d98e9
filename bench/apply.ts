import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { forEach, openKubeconfig } from '../src/app/live/cluster.js';
import { compareWith, type Wanted } from '../src/app/live/compare.js';
import { type ControlPlane, startControlPlane } from '../src/rehearsal/control-plane.js';
import type { Child } from '../src/host/index.js';
import type { KubeObject } from '../src/model/index.js';
import type { KubeClient } from '../src/tools/kube-api/index.js';
import { machine, rounded, spread } from './measure.js';

// Applies mixed objects to a real etcd and API server, ours against `kubectl apply --server-side` and `kubectl diff`.
// Each side has namespaces of its own in the same server; BENCH_SIZES and BENCH_ROUNDS choose.
const sizes = (process.env.BENCH_SIZES ?? '1000,5000').split(',').map(Number);
const rounds = Number(process.env.BENCH_ROUNDS ?? 4);
const manager = 'bench';

/** Programs that the toolchain made: the newest of each. */
function located(tool: string): Promise<string | undefined> {
  const root = join(homedir(), '.cache', 'strata', 'tools', tool);
  const [found] = readdirSync(root).map((one) => join(root, one));
  if (found === undefined) return Promise.resolve(undefined);
  const inside = readdirSync(found, { recursive: true, encoding: 'utf8' }).find((one) => one.split('/').at(-1) === tool);
  return Promise.resolve(inside === undefined ? undefined : join(found, inside));
}

/** A quarter each of ConfigMaps, Services, Deployments and RoleBindings, a hundred to a namespace. */
function objectsOf(side: string, count: number): readonly KubeObject[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `one-${at}`;
    const metadata = { name, namespace: `${side}-${Math.floor(at / 100)}`, labels: { app: name, 'strata.dev/package': 'bench' } };
    const labels = { app: name };
    if (at % 4 === 0)
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'a.conf': `value ${at}\n`.repeat(10), other: 'b' } };
    if (at % 4 === 1)
      return {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { selector: labels, clusterIP: 'None', ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }] },
      };
    if (at % 4 === 2)
      return {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: metadata.namespace }],
      };
    const container = {
      name: 'web',
      image: 'example.org/web:1.0',
      ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
      resources: { requests: { cpu: '100m', memory: '64Mi' } },
    };
    const template = { metadata: { labels }, spec: { containers: [container] } };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas: 0, selector: { matchLabels: labels }, template },
    };
  });
}

const wanted = (objects: readonly KubeObject[]): readonly Wanted[] =>
  objects.map((object) => ({ object, package: 'bench', applier: { manager } }));

async function timed<T>(work: () => Promise<T> | T): Promise<readonly [number, T]> {
  const begun = performance.now();
  const value = await work();
  return [performance.now() - begun, value];
}

async function applyAll(client: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  for (const one of await forEach(objects, (object) => client.apply(object, { manager })))
    if (!one.ok) throw new Error(one.error.diagnostic.message);
}

/** Looks, and applies what is not as wanted; returns how many were. */
async function settle(client: KubeClient, objects: readonly KubeObject[]): Promise<number> {
  const compared = await compareWith(client, wanted(objects));
  if (!compared.ok) throw new Error(compared.error.diagnostic.message);
  if (compared.value.unknown.length > 0) throw new Error(JSON.stringify(compared.value.unknown[0]));
  const names = new Set(compared.value.differences.filter((one) => one.difference !== 'extra').map((one) => one.object));
  const strayed = objects.filter(({ apiVersion, kind, metadata }) =>
    names.has(`${apiVersion} ${kind} ${metadata.namespace}/${metadata.name}`),
  );
  await applyAll(client, strayed);
  return strayed.length;
}

interface Side {
  readonly first: number[];
  readonly again: number[];
  readonly find: number[];
  readonly fix: number[];
}
const side = (): Side => ({ first: [], again: [], find: [], fix: [] });

/** Somebody else writes into every hundredth object. */
async function stray(client: KubeClient, objects: readonly KubeObject[]): Promise<number> {
  const some = objects.filter((_, at) => at % 100 === 0);
  for (const { apiVersion, kind, metadata } of some) {
    const change = {
      apiVersion,
      kind,
      metadata: { name: metadata.name, namespace: metadata.namespace },
      data: { other: 'changed' },
    };
    const done = await client.apply(change as KubeObject, { manager: 'somebody' });
    if (!done.ok) throw new Error(done.error.diagnostic.message);
  }
  return some.length;
}

async function oneRound(
  { client, kubectl, folder }: Bench,
  tag: string,
  count: number,
  { ours, theirs }: { readonly ours: Side; readonly theirs: Side },
): Promise<void> {
  const [mine, others] = [objectsOf(`ours-${tag}`, count), objectsOf(`theirs-${tag}`, count)];
  const spaces = [...new Set([...mine, ...others].map(({ metadata }) => metadata.namespace ?? ''))];
  await applyAll(
    client,
    spaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  );
  const file = join(folder, `${tag}.json`);
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: others }));
  const apply = ['apply', '--server-side', '--force-conflicts', `--field-manager=${manager}`, '-f', file];
  const difference = ['diff', '--server-side', '--force-conflicts', `--field-manager=${manager}`, '-f', file];

  // Who comes first meets a server that was just busy with something else, so that the sides take turns in it.
  const firsts = [
    async () => ours.first.push((await timed(() => applyAll(client, mine)))[0]),
    async () => theirs.first.push((await timed(() => kubectl(apply, 0)))[0]),
  ];
  for (const first of theirs.first.length % 2 === 0 ? firsts : firsts.reverse()) await first();
  const [again, changed] = await timed(() => settle(client, mine));
  if (changed !== 0) throw new Error(`a second apply changed ${changed} objects`);
  ours.again.push(again);
  theirs.again.push((await timed(() => kubectl(apply, 0)))[0]);

  const strayed = await stray(client, mine);
  await stray(client, others);
  const [find, seen] = await timed(() => compareWith(client, wanted(mine)));
  if (!seen.ok || seen.value.differences.filter((one) => one.difference === 'changed').length !== strayed)
    throw new Error(`not every stray object was found: ${JSON.stringify(seen).slice(0, 500)}`);
  ours.find.push(find);
  theirs.find.push((await timed(() => kubectl(difference, 1)))[0]);
  const [fix, fixed] = await timed(() => settle(client, mine));
  if (fixed !== strayed) throw new Error(`${fixed} of ${strayed} were put right`);
  ours.fix.push(fix);
  theirs.fix.push((await timed(() => kubectl(apply, 0)))[0]);
  await sameResult(client, mine, others);
}

/** Both sides end with the same specs: what differs is the namespace alone. */
async function sameResult(client: KubeClient, mine: readonly KubeObject[], others: readonly KubeObject[]): Promise<void> {
  const bare = async (objects: readonly KubeObject[]): Promise<readonly string[]> =>
    forEach(objects, async ({ apiVersion, kind, metadata }) => {
      const got = await client.get({ apiVersion, kind, name: metadata.name, namespace: metadata.namespace });
      if (!got.ok || got.value === undefined) throw new Error(`${kind} ${metadata.name} is not there`);
      const { spec, data, subjects, roleRef } = got.value;
      const text = JSON.stringify({
        kind,
        name: metadata.name,
        labels: got.value.metadata.labels,
        spec,
        data,
        subjects,
        roleRef,
      });
      return text.replaceAll(metadata.namespace ?? '', 'SPACE');
    });
  const [a, b] = [await bare(mine), await bare(others)];
  const at = a.findIndex((text, index) => text !== b[index]);
  if (at !== -1) throw new Error(`the sides differ: ${a[at]} and ${b[at]}`);
}

interface Bench {
  readonly client: KubeClient;
  readonly folder: string;
  readonly kubectl: (args: readonly string[], code: number) => void;
}

const told = (mine: readonly number[], others: readonly number[]) => {
  const [a, b] = [spread(mine), spread(others)];
  return { ours: a, theirs: b, times: rounded(b.median / a.median) };
};

async function run(plane: ControlPlane, folder: string, kubectlFile: string): Promise<void> {
  const opened = await openKubeconfig(plane.places.kubeconfig);
  if (!opened.ok) throw new Error(opened.error.diagnostic.message);
  const kubectl = (args: readonly string[], code: number): void => {
    const ran = spawnSync(kubectlFile, [`--kubeconfig=${plane.places.kubeconfig}`, ...args], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: { ...process.env, HOME: folder, TMPDIR: folder },
    });
    if (ran.status !== code) throw new Error(`kubectl ${args[0]} ended with ${ran.status}: ${ran.stderr.slice(0, 500)}`);
  };
  const { client, close } = opened.value;
  const results = [];
  for (const count of sizes) {
    const [ours, theirs] = [side(), side()];
    for (let round = 0; round < rounds; round += 1)
      await oneRound({ client, kubectl, folder }, `${count}-${round}`, count, { ours, theirs });
    results.push({
      objects: count,
      firstApplyMs: told(ours.first, theirs.first),
      againMs: told(ours.again, theirs.again),
      findStrayMs: told(ours.find, theirs.find),
      fixStrayMs: told(ours.fix, theirs.fix),
    });
  }
  close();
  const version = execFileSync(kubectlFile, ['version', '--client'], { encoding: 'utf8' }).split('\n')[0];
  console.log(JSON.stringify({ benchmark: 'apply', machine: machine(), rounds, peer: `kubectl ${version}`, results }, null, 2));
}

const folder = mkdtempSync(join(tmpdir(), 'strata-bench-'));
const children: Child[] = [];
const stop = new AbortController();
try {
  const plane = await startControlPlane({ folder, locate: located, signal: stop.signal }, children);
  if (!plane.ok) throw new Error(plane.error.diagnostic.message);
  await run(plane.value, folder, (await located('kubectl')) ?? 'kubectl');
  plane.value.connection.close();
} finally {
  await Promise.all(children.map((child) => child.end()));
  rmSync(folder, { recursive: true, force: true });
}
