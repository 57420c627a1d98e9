import { expect, test } from 'vitest';
import type { KubeObject } from '../../model/index.js';
import { asStored, holds, ownedChanges, secretShell, surelySame, withoutNoise } from './index.js';

const fields = {
  'f:metadata': { 'f:labels': { 'f:app': {}, 'f:added': {} } },
  'f:spec': { 'f:replicas': {}, 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {} } } },
};
const managedFields = [
  { manager: 'ours', operation: 'Apply', time: '2026-01-01T00:00:00Z', fieldsV1: fields },
  { manager: 'hpa', operation: 'Update', subresource: 'status', fieldsV1: { 'f:status': {} } },
];
const live = {
  apiVersion: 'example.org/v1',
  kind: 'Web',
  metadata: { name: 'one', uid: 'u', labels: { app: 'one', added: 'x' }, managedFields },
  spec: { replicas: 2, ports: [{ port: 80, protocol: 'TCP', name: 'http', targetPort: 80 }], filledIn: true },
  status: { ready: 2 },
} as KubeObject;
const wanted: KubeObject = {
  apiVersion: 'example.org/v1',
  kind: 'Web',
  metadata: { name: 'one', labels: { app: 'one' } },
  spec: { replicas: 2, ports: [{ port: 80, protocol: 'TCP', name: 'http' }] },
};
const applier = { manager: 'ours', adds: ['added'] };
const withSpec = (spec: object): KubeObject => ({ ...wanted, spec: { ...(wanted.spec as object), ...spec } });

test('defaults, statuses and labels that the controller adds by itself are no difference', () => {
  expect(surelySame(wanted, live, applier)).toBe(true);
});

test.each([
  ['a value', withSpec({ replicas: 3 }), applier],
  ['a new member', withSpec({ more: 1 }), applier],
  ['an item of a list', withSpec({ ports: [] }), applier],
  ['a field that is no longer said', withSpec({ replicas: undefined }), applier],
  ['a label that nobody adds', wanted, { manager: 'ours' }],
  ['a manager that never applied it', wanted, { manager: 'other' }],
])('%s is not surely the same', (_, object, by) => {
  expect(surelySame(JSON.parse(JSON.stringify(object)), live, by)).toBe(false);
});

test('of a dry run only fields count that the manager has or would have', () => {
  const would = { ...live, spec: { ...(live.spec as object), replicas: 3, filledIn: false }, status: {} } as KubeObject;
  expect(ownedChanges(live, would, applier)).toEqual([{ path: ['spec', 'replicas'], from: 2, to: 3 }]);
});

test('a label that the controller adds by itself is not taken for one to remove', () => {
  const would = { ...live, metadata: { ...live.metadata, labels: { app: 'one' } } };
  expect(ownedChanges(live, would, applier)).toEqual([]);
  expect(ownedChanges(live, would, { manager: 'ours' })).toEqual([{ path: ['metadata', 'labels', 'added'], from: 'x' }]);
});

test('a field set holds a place in any item of a list, and nothing it does not name', () => {
  expect(holds(fields, ['spec', 'ports', '0', 'name'])).toBe(true);
  expect(holds(fields, ['spec', 'ports', '0', 'targetPort'])).toBe(false);
  expect(holds(fields, ['spec', 'filledIn'])).toBe(false);
});

const secret: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'key',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":"aHVudGVyMg=="}', note: 'hunter2' },
  },
  type: 'Opaque',
  data: { password: 'aHVudGVyMg==' },
};

test('the value of a Secret is in nothing that is kept or shown', () => {
  const fieldsV1 = { 'f:data': { 'f:password': {} } };
  const kept = { ...secret, metadata: { name: 'key', managedFields: [{ manager: 'ours', operation: 'Apply', fieldsV1 }] } };
  const would = { ...kept, data: { password: 'Y29ycmVjdA==' } } as KubeObject;
  const changes = ownedChanges(kept as KubeObject, would, applier);
  expect(changes).toHaveLength(1);
  const texts = JSON.stringify([secretShell(secret), changes]);
  expect(texts).toContain('sha256:');
  for (const value of ['aHVudGVyMg', 'hunter2', 'Y29ycmVjdA']) expect(texts).not.toContain(value);
});

test('noise is left out, what kubectl keeps of the object as well, a status is not', () => {
  expect(withoutNoise(live).metadata).toEqual({ name: 'one', labels: { app: 'one', added: 'x' } });
  expect(withoutNoise(live).status).toEqual({ ready: 2 });
  expect(withoutNoise(secret).metadata.annotations).toEqual({ note: 'hunter2' });
});

test('stringData is compared as the data it becomes', () => {
  const { data: _, ...rest } = secret;
  expect(asStored({ ...rest, stringData: { password: 'hunter2' } } as KubeObject).data).toEqual(secret.data);
});
