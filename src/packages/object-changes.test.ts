import { expect, test } from 'vitest';
import type { KubeObject } from '../model/index.js';
import { objectChanges, sealed } from './object-changes.js';

const deployment = (name: string, spec: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'monitoring' },
  spec,
});
const secret = (password: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': password } },
  data: { password, user: 'same' },
});
const shortDigest = expect.stringMatching(/^sha256:[0-9a-f]{12}$/);

test('objects are created, changed field by field, removed, in order of their names', () => {
  const before = [deployment('grafana', { replicas: 1, paused: true }), deployment('old', {}), deployment('same', { a: [1] })];
  const now = [deployment('same', { a: [1] }), deployment('grafana', { replicas: 2 }), deployment('new', {})];
  expect(objectChanges(before, now)).toEqual([
    { what: 'apps/v1 Deployment monitoring/grafana', from: shortDigest, to: shortDigest },
    { what: 'apps/v1 Deployment monitoring/grafana spec.paused', from: 'true' },
    { what: 'apps/v1 Deployment monitoring/grafana spec.replicas', from: '1', to: '2' },
    { what: 'apps/v1 Deployment monitoring/new', to: 'created' },
    { what: 'apps/v1 Deployment monitoring/old', from: 'there' },
  ]);
});

test('the same objects in another order, with members in another order, are no change', () => {
  const [a, b] = [deployment('a', { x: 1, y: 2 }), deployment('b', {})];
  expect(objectChanges([a, b], [b, deployment('a', { y: 2, x: 1 })])).toEqual([]);
});

test('paths name list places and names with dots; long and many-lined values are told by digest', () => {
  const spec = (image: string, text: string) => ({ containers: [{ image }], 'a.b/c': text });
  const changes = objectChanges([deployment('a', spec('x:1', 'one'))], [deployment('a', spec('x:2', 'one\ntwo'))]);
  expect(changes.slice(1)).toEqual([
    { what: 'apps/v1 Deployment monitoring/a spec["a.b/c"]', from: 'one', to: shortDigest },
    { what: 'apps/v1 Deployment monitoring/a spec.containers[0].image', from: 'x:1', to: 'x:2' },
  ]);
});

test('no more than 20 fields of an object are named', () => {
  const many = (value: number) => Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`f${at}`, value]));
  const changes = objectChanges([deployment('a', many(1))], [deployment('a', many(2))]);
  expect(changes).toHaveLength(22);
  expect(changes.at(-1)).toEqual({ what: 'apps/v1 Deployment monitoring/a and 5 more fields' });
});

test('values of a Secret are never told', () => {
  const [before, now] = [sealed(secret('hunter2')), sealed(secret('hunter3'))];
  const changes = objectChanges([before], [now]);
  expect(changes.map((one) => one.what)).toEqual(['v1 Secret login', 'v1 Secret login data.password']);
  expect(JSON.stringify([before, now, changes])).not.toContain('hunter');
});
