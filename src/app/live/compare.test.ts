import { expect, test } from 'vitest';
import type { KubeObject, RenderedPackage } from '../../model/index.js';
import { wantedOfPackage } from './compare.js';

const where = { file: 'package.yaml', line: 1, column: 1 };
const placed = (kind: string, name: string, more: object = {}) => ({
  object: { apiVersion: 'v1', kind, metadata: { name }, ...more } as KubeObject,
  from: where,
  stage: 0,
});
const one: RenderedPackage = {
  name: 'web',
  namespace: 'web',
  file: where,
  provides: [],
  requires: [],
  after: [],
  objects: [placed('Namespace', 'web'), placed('Service', 'web')],
  health: [],
  programs: [],
  plays: [],
};
const delivering = { manager: 'delivering' };
const isNamespaced = ({ kind }: KubeObject): boolean => kind !== 'Namespace';
const appliers = (of: RenderedPackage) =>
  wantedOfPackage(of, delivering, isNamespaced).map(({ object, applier }) => [object.kind, applier.manager]);

test('the delivering controller applies what it is given', () => {
  expect(appliers(one)).toEqual([
    ['Namespace', 'delivering'],
    ['Service', 'delivering'],
  ]);
});

test("what another controller installs is compared as its own, and what tells it to as the delivering one's", () => {
  const installation = {
    controller: 'other',
    reports: { apiVersion: 'v1', kind: 'Release', namespace: 'web', name: 'web' },
    objects: [placed('Namespace', 'web'), placed('Secret', 'values', { stringData: { a: 'b' } })],
    appliedBy: { manager: 'other' },
  };
  expect(appliers({ ...one, installation })).toEqual([
    ['Namespace', 'delivering'],
    ['Secret', 'delivering'],
    ['Service', 'other'],
  ]);
});
