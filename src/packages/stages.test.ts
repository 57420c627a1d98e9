import { expect, test } from 'vitest';
import type { KubeObject, RenderedObject } from '../model/index.js';
import { placeObjects, stageName, stageOf, withNamespace } from './stages.js';
import { conditionHolds, mergeValues } from './values.js';

const thing = (kind: string, hook?: string): KubeObject => ({
  apiVersion: kind === 'CustomResourceDefinition' ? 'apiextensions.k8s.io/v1' : 'v1',
  kind,
  metadata: { name: 'x', ...(hook === undefined ? {} : { annotations: { 'helm.sh/hook': hook } }) },
});
const from = { file: 'f', line: 1, column: 1 };
const at = (object: KubeObject, stage = 2): RenderedObject => ({ object, from, stage });

test.each([
  [thing('CustomResourceDefinition'), 0],
  [thing('Job', 'pre-install, pre-upgrade'), 1],
  [thing('ConfigMap'), 2],
  [thing('Job', 'post-install'), 3],
  [thing('Pod', 'test'), undefined],
  [thing('Job', 'pre-delete'), undefined],
])('%j is in its stage', (object, stage) => {
  expect(stageOf(object)).toBe(stage);
});

test('the last stage has the name of the package', () => {
  expect([0, 1, 2].map((stage) => stageName('p', stage, 2))).toEqual(['p.crds', 'p.before', 'p']);
});

test('objects without a namespace go to the package, those of no namespace stay', () => {
  const placed = placeObjects(
    [at(thing('ConfigMap')), at(thing('ClusterRole'))].map((one) => one),
    'logging',
  );
  expect(placed[0]?.object.metadata.namespace).toBe('logging');
});

test('the namespace comes first, and only once', () => {
  const made = withNamespace([at(thing('Job'), 1), at(thing('ConfigMap'))], 'logging', from);
  expect(made[0]).toMatchObject({ object: { kind: 'Namespace', metadata: { name: 'logging' } }, stage: 1 });
  expect(withNamespace(made, 'logging', from)).toEqual(made);
});

test('maps of values merge, all else is replaced, null stays for helm', () => {
  expect(mergeValues({ a: { b: 1, c: [1] }, d: 1 }, { a: { c: [2] }, d: null })).toEqual({ a: { b: 1, c: [2] }, d: null });
});

test('the first condition that is set decides', () => {
  expect(conditionHolds('a.on, b.on', { b: { on: false } })).toBe(false);
  expect(conditionHolds('a.on', {})).toBe(true);
});
