import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { type Component, defineProvider, type Layer, type Offers, type PairNeed, type Provider } from '../../model/index.js';
import { unsupportedPairs } from './pairs.js';

const provider = (layer: Layer, id: string, says: { offers?: Offers; needs?: readonly PairNeed[] }): Provider =>
  defineProvider({
    id,
    layer,
    spec: Type.Object({}),
    facts: { title: id },
    tools: [],
    ...(says.offers && { offers: () => says.offers ?? {} }),
    ...(says.needs && { needs: () => says.needs ?? [] }),
    plan: () => {
      throw new Error('not planned here');
    },
  });

const component = (layer: Layer, use: string, line: number): Component => ({
  name: `${layer}-one`,
  layer,
  use,
  with: {},
  at: { file: 'platform.yaml', line, column: 7 },
});

const needsOs: PairNeed = {
  key: 'image.os',
  oneOf: ['ubuntu-24.04', 'rhel-8', 'rhel-9'],
  because: 'its support matrix says so.',
};
const told = (baker: Offers, needs: readonly PairNeed[] = [needsOs]) =>
  unsupportedPairs(
    { platform: 'p', environment: 'e', components: [component('image', 'baker', 3), component('kubernetes', 'dist', 9)] },
    [provider('image', 'baker', { offers: baker }), provider('kubernetes', 'dist', { needs })],
  );

describe('pairs that do not go together', () => {
  it('are named at the one that needs, with the reason and the nearest supported', () => {
    expect(told({ 'image.os': ['rhel-7'] })).toEqual([
      {
        code: 'SPEC-UNSUPPORTED-PAIR',
        severity: 'error',
        where: { file: 'platform.yaml', line: 9, column: 7 },
        message: 'dist does not work with image.os rhel-7 of "image-one": its support matrix says so.',
        remedies: [{ say: 'the nearest supported image.os is rhel-8; also: ubuntu-24.04, rhel-9' }],
      },
    ]);
  });
  it('go together where one value of several is supported', () => {
    expect(told({ 'image.os': ['rhel-7', 'rhel-9'] })).toEqual([]);
  });
  it('are not refused for what nobody states', () => {
    expect(told({})).toEqual([]);
  });
  it('are not spoken for by another layer', () => {
    expect(told({ 'infrastructure.kind': ['aws'] }, [{ ...needsOs, key: 'infrastructure.kind', oneOf: ['vsphere'] }])).toEqual(
      [],
    );
  });
});
