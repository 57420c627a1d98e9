import { expect, test } from 'vitest';
import type { KubeObject, RenderedPackage } from '../../model/index.js';
import {
  admissionWords,
  type Live,
  nodesOf,
  notReady,
  ownerOf,
  packageRequests,
  refusedPods,
  unschedulable,
} from './findings.js';
import { progressOf } from './readiness.js';

const at = { file: 'catalog/packages/web/deployment.yaml', line: 7, column: 1 };
const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'web' },
  spec: { template: {} },
};
const web: RenderedPackage = {
  name: 'web',
  namespace: 'web',
  file: { ...at, line: 1 },
  provides: [],
  requires: [],
  after: [],
  health: [],
  programs: [],
  plays: [],
  objects: [{ object: deployment, from: at, stage: 0 }],
};
const pod = (name: string, more: object = {}, labels: Record<string, string> = { 'strata.dev/package': 'web' }): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'web', labels },
  spec: { nodeName: 'w-1', containers: [{ resources: { requests: { cpu: '500m', memory: '1Gi' } } }] },
  ...more,
});
const live = (parts: Partial<Live>): Live => ({ pods: [], nodes: [], events: [], claims: [], ...parts });

test('a pod belongs to the package of its label, else to the only package of its namespace', () => {
  expect(ownerOf(pod('a'), [web])).toBe('web');
  expect(ownerOf(pod('a', {}, {}), [web])).toBe('web');
  expect(ownerOf(pod('a', {}, {}), [web, { ...web, name: 'other' }])).toBeUndefined();
});

test('requests of pods and machines add up', () => {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'w-1' },
    status: { allocatable: { cpu: '4', memory: '8Gi' } },
  };
  const seen = live({ pods: [pod('a'), pod('b')], nodes: [node] });
  expect(packageRequests('web', seen, [web])).toEqual({ cpu: 1, memoryBytes: 2 ** 31, pods: 2, storageBytes: 0 });
  expect(nodesOf(seen, [{ name: 'w-1', role: 'worker' }])).toEqual([
    { name: 'w-1', role: 'worker', cpu: 4, memoryBytes: 2 ** 33, usedCpu: 1, usedMemoryBytes: 2 ** 31, pods: 2 },
  ]);
});

test('a pod that fits nowhere is named once per workload, with the scheduler’s words and the line of its template', () => {
  const status = {
    conditions: [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available: 3 Insufficient cpu.' },
    ],
  };
  const owned = (name: string): KubeObject => {
    const one = pod(name, { status });
    return {
      ...one,
      metadata: { ...one.metadata, ownerReferences: [{ kind: 'ReplicaSet', name: 'web-5d9' }] } as KubeObject['metadata'],
    };
  };
  const found = unschedulable(live({ pods: [owned('web-5d9-a'), owned('web-5d9-b')] }), [web]);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ code: 'REHEARSAL-DOES-NOT-FIT', where: at });
  expect(found[0]?.message).toContain('2 pod(s) of web/web-5d9');
  expect(found[0]?.message).toContain('Insufficient cpu');
});

// Recorded from kube-controller-manager v1.37.2 with Gatekeeper v3.23.1.
const denied =
  'Error creating: admission webhook "validation.gatekeeper.sh" denied the request: [privileged-containers] container bad is privileged';

test('a pod that admission refused its ReplicaSet is found through the event', () => {
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'x', namespace: 'web' },
    reason: 'FailedCreate',
    message: denied,
    involvedObject: { kind: 'ReplicaSet', namespace: 'web', name: 'web-5d9' },
  };
  expect(refusedPods(live({ events: [event, event] }), [web])).toMatchObject([
    { code: 'REHEARSAL-REFUSED-BY-POLICY', where: at },
  ]);
  expect(admissionWords('exceeded quota')).toBeUndefined();
});

test('a package that waits for another is not blamed; one that failed is, at the object its controller names', () => {
  const report = (reason: string, message: string): KubeObject => ({
    apiVersion: 'x/v1',
    kind: 'K',
    metadata: { name: 'web', generation: 1 } as KubeObject['metadata'],
    status: { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'False', reason, message }] },
  });
  const one = (reason: string, message: string) =>
    notReady(new Map([['web', { progress: progressOf(report(reason, message)) }]]), [web]);
  expect(one('DependencyNotReady', 'x')).toEqual([]);
  expect(one('ReconciliationFailed', 'Deployment/web/web dry-run failed (Invalid): no')).toMatchObject([
    { code: 'REHEARSAL-NOT-READY', where: at },
  ]);
  expect(one('ReconciliationFailed', `Deployment/web/web dry-run failed (Forbidden): ${denied}`)).toMatchObject([
    { code: 'REHEARSAL-REFUSED-BY-POLICY', where: at },
  ]);
});

test('Ready counts only for the generation it was said of', () => {
  const object = (generation: number): KubeObject => ({
    apiVersion: 'x/v1',
    kind: 'K',
    metadata: { name: 'web', generation } as KubeObject['metadata'],
    status: {
      observedGeneration: 1,
      conditions: [{ type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded', message: '' }],
    },
  });
  expect(progressOf(object(1)).state).toBe('ready');
  expect(progressOf(object(2)).state).toBe('waiting');
});
