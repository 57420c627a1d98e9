import { expect, test } from 'vitest';
import { type Json, type KubeObject, ok } from '../model/index.js';
import type { KubeApi, ObjectKey } from './api.js';
import { identityFor } from './identity.js';
import { nodeOf } from './machines.js';
import { createPlay } from './play.js';
import { type Silenced, silenceWebhooks } from './webhooks.js';

/** A cluster that holds some objects and remembers what is done to them. */
function clusterOf(objects: readonly KubeObject[]) {
  const made: KubeObject[] = [];
  const patched: { readonly key: ObjectKey; readonly change: Json; readonly part: string }[] = [];
  const watchers: (() => void)[] = [];
  const is = (one: KubeObject, kind: string) => one.kind === kind;
  const api: KubeApi = {
    ready: async () => true,
    get: async ({ kind, name }) => ok(objects.find((one) => is(one, kind) && one.metadata.name === name)),
    list: async ({ kind }) => ok(objects.filter((one) => is(one, kind))),
    apply: async (object) => ok(object),
    applyStatus: async () => ok(undefined),
    patch: async (key, change, part = '') => {
      patched.push({ key, change, part });
      return ok(undefined);
    },
    admits: async () => ok(undefined),
    create: async (object) => {
      made.push(object);
      return ok(undefined);
    },
    watch: async ({ kind }, tell) => {
      for (const one of objects.filter((each) => is(each, kind))) tell(one);
      watchers.push(() => undefined);
      return () => watchers.pop();
    },
    token: async (namespace, account) => ok(`${namespace}/${account}`),
  };
  return { api, made, patched, watchers };
}

const claim = (name: string, storageClassName: string | undefined): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'blue', uid: name } as KubeObject['metadata'],
  spec: { storageClassName, accessModes: ['ReadWriteMany'], resources: { requests: { storage: '3Gi' } } },
  status: { phase: 'Pending' },
});
const standard: KubeObject = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'standard' } };

test('a claim of a known class gets a volume made to measure, once', async () => {
  const { api, made } = clusterOf([claim('data', 'standard'), standard]);
  const play = createPlay(api);
  await play.round();
  await play.round();
  expect(made).toHaveLength(1);
  expect(made[0]?.spec).toMatchObject({
    capacity: { storage: '3Gi' },
    accessModes: ['ReadWriteMany'],
    claimRef: { namespace: 'blue', name: 'data', uid: 'data' },
  });
});

test.each([['fast'], [''], [undefined]])('a claim of class %j, which nobody defined, waits for ever', async (name) => {
  const { api, made } = clusterOf([claim('data', name), standard]);
  await createPlay(api).round();
  expect(made).toEqual([]);
});

test('a load balancer gets an address that leads nowhere; other services get none', async () => {
  const service = (name: string, type: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'blue', uid: name } as KubeObject['metadata'],
    spec: { type },
  });
  const { api, patched } = clusterOf([service('front', 'LoadBalancer'), service('back', 'ClusterIP')]);
  await createPlay(api).round();
  expect(patched).toMatchObject([{ key: { name: 'front', namespace: 'blue' }, part: 'status' }]);
});

const hook = (name: string, service: string, failurePolicy: string) => ({
  name,
  failurePolicy,
  clientConfig: { service: { namespace: 'blue', name: service } },
});

test('of a configuration, only the webhooks that nobody answers are told to let pass', async () => {
  const kind = 'ValidatingWebhookConfiguration';
  const all = [hook('a', 'there', 'Fail'), hook('b', 'gone', 'Fail'), { name: 'c', clientConfig: { url: 'https://x' } }];
  const configuration = { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name: 'rules' }, webhooks: all };
  const { api, patched, watchers } = clusterOf([configuration]);
  const silenced = new Map<string, Silenced>();
  const end = await silenceWebhooks(api, new Set(['blue/there']), silenced);
  expect([...silenced.values()]).toEqual([{ configuration: 'rules', webhook: 'b', service: 'blue/gone' }]);
  expect(patched).toHaveLength(1);
  expect(patched[0]?.change).toEqual({ webhooks: [all[0], { ...all[1], failurePolicy: 'Ignore', timeoutSeconds: 1 }, all[2]] });
  await end();
  expect(watchers).toEqual([]);
});

test('a webhook that lets pass by itself is reported, not changed', async () => {
  const configuration: KubeObject = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'helper' },
    webhooks: [hook('a', 'gone', 'Ignore')],
  };
  const { api, patched } = clusterOf([configuration]);
  const silenced = new Map<string, Silenced>();
  await silenceWebhooks(api, new Set(), silenced);
  expect(silenced.size).toBe(1);
  expect(patched).toEqual([]);
});

test('a program whose workload is not in the cluster acts as Strata', async () => {
  const { api } = clusterOf([]);
  const program = { tool: 'x', args: [], for: 'Deployment/blue/x' };
  expect(await identityFor(program, { api, own: '/own', path: '/other' })).toEqual({ ok: true, value: '/own' });
});

test('a machine offers what the definition says, less what its system keeps; pods keep off the control plane', () => {
  const node = nodeOf({ name: 'one', role: 'control-plane', cpus: 2, memoryBytes: 2 ** 32 });
  expect(node.spec).toMatchObject({ taints: [{ effect: 'NoSchedule' }] });
  expect(node.status).toMatchObject({ capacity: { cpu: '2', memory: '4194304Ki' }, allocatable: { cpu: '1900m', pods: '110' } });
  expect(nodeOf({ name: 'two', role: 'worker' }).spec).toEqual({});
});
