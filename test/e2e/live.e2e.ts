import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Child } from '../../src/host/index.js';
import type { KubeObject, Result } from '../../src/model/index.js';
import { startControlPlane } from '../../src/rehearsal/control-plane.js';
import { openSite, quietReader } from '../../src/app/site.js';
import { record } from '../../src/app/snapshot.js';
import { type LiveCluster, openKubeconfig } from '../../src/app/live/cluster.js';
import { type Comparison, compareWith, type Wanted } from '../../src/app/live/compare.js';

// A real etcd and a real API server; their programs must be in the cache (`strata doctor --install`).
const children: Child[] = [];
let folder = '';
let cluster: LiveCluster | undefined;

const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error.diagnostic.message);
  return result.value;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-live-'));
  const site = value(await openSite(folder, 'local'));
  const locate = (tool: string): Promise<string | undefined> => quietReader(site.host).locate(tool);
  const plane = value(
    await startControlPlane({ folder: join(folder, 'plane'), locate, signal: new AbortController().signal }, children),
  );
  plane.connection.close();
  cluster = value(await openKubeconfig(plane.places.kubeconfig));
}, 120_000);

afterAll(async () => {
  cluster?.close();
  await Promise.all(children.map((child) => child.end()));
  await rm(folder, { recursive: true, force: true });
});

const client = () => {
  if (cluster === undefined) throw new Error('there is no cluster');
  return cluster.client;
};

const metadata = (name: string) => ({ name, namespace: 'blue', labels: { 'strata.dev/package': 'web' } });
const container = { name: 'web', image: 'example.org/web:1', resources: { requests: { cpu: '1000m', memory: '1024Mi' } } };
const deployment = (replicas: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata('web'),
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
  },
});
const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata('web'),
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
};
const secret = (password: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: metadata('key'),
  data: { password: Buffer.from(password).toString('base64') },
});
const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'blue' } };
const all = [namespace, deployment(2), service, secret('correct-horse')];

const manager = 'deliverer';
const wanted = (objects: readonly KubeObject[]): readonly Wanted[] =>
  objects.map((object) => ({ object, package: 'web', applier: { manager } }));
const compared = async (objects: readonly KubeObject[]): Promise<Comparison> =>
  value(await compareWith(client(), wanted(objects)));
const apply = async (objects: readonly KubeObject[], as = manager): Promise<void> => {
  for (const object of objects) value(await client().apply(object, { manager: as }));
};

test('what is not there is missing; once applied nothing differs, whatever the API server fills in or writes another way', async () => {
  expect((await compared(all)).differences.map((one) => one.difference)).toEqual(Array(4).fill('missing'));
  await apply(all);
  expect(await compared(all)).toEqual({ objects: 4, differences: [], unknown: [] });
}, 60_000);

test('another definition is a difference in exactly its field', async () => {
  const { differences } = await compared([namespace, deployment(3), service, secret('correct-horse')]);
  expect(differences).toEqual([
    {
      object: 'apps/v1 Deployment blue/web',
      package: 'web',
      difference: 'changed',
      fields: [{ path: 'spec.replicas', live: 2, wanted: 3 }],
    },
  ]);
}, 60_000);

test('a field that the definition no longer has is told as one to go', async () => {
  const { spec: _, ...bare } = service;
  const { differences } = await compared([
    namespace,
    deployment(2),
    { ...bare, spec: { ports: [{ port: 80 }] } },
    secret('correct-horse'),
  ]);
  expect(differences.map((one) => one.fields)).toEqual([[{ path: 'spec.selector', live: { app: 'web' } }]]);
}, 60_000);

test('what somebody else changed is found with who and when, and gone once it is put right', async () => {
  const change = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'blue' },
    spec: { replicas: 5 },
  };
  await apply([change], 'somebody');
  const [found] = (await compared(all)).differences;
  expect(found?.fields).toEqual([
    {
      path: 'spec.replicas',
      live: 5,
      wanted: 2,
      by: { manager: 'somebody', operation: 'Apply', at: expect.stringMatching(/^\d{4}-/) },
    },
  ]);
  await apply([deployment(2)]);
  expect((await compared(all)).differences).toEqual([]);
}, 60_000);

test('what is no longer wanted is to be removed', async () => {
  const { differences } = await compared([namespace, deployment(2), secret('correct-horse')]);
  expect(differences).toEqual([{ object: 'v1 Service blue/web', package: 'web', difference: 'extra', fields: [] }]);
}, 60_000);

test('neither a comparison nor a record tells the value of a Secret', async () => {
  const { differences } = await compared([namespace, deployment(2), service, secret('battery-staple')]);
  const recorded = value(await record(client()));
  const texts = JSON.stringify([differences, recorded]);
  expect(differences).toHaveLength(1);
  expect(recorded.objects.filter((one) => one.kind === 'Secret').map((one) => one.metadata.name)).toContain('key');
  for (const text of ['correct-horse', 'battery-staple'])
    for (const form of [text, Buffer.from(text).toString('base64')]) expect(texts).not.toContain(form);
}, 60_000);

test('two records of an unchanged cluster are the same, without what changes by itself', async () => {
  const [a, b] = [value(await record(client())), value(await record(client()))];
  expect(a).toEqual(b);
  expect(a.unread).toEqual([]);
  expect(a.kubernetes).toMatch(/^v1\./);
  const kinds = new Set(a.objects.map((one) => one.kind));
  expect(kinds).toContain('Deployment');
  expect(kinds).not.toContain('Event');
  expect(kinds).not.toContain('Lease');
  expect(JSON.stringify(a)).not.toContain('resourceVersion');
}, 60_000);
