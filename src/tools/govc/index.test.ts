import { expect, test } from 'vitest';
import { parseInfo } from './index.js';

// The shape of `govc vm.info -json` of govmomi 0.51: an empty search is null.
test('tells a template from a machine, and from nothing', () => {
  expect(parseInfo('{"virtualMachines":null}')).toBeUndefined();
  expect(parseInfo('{"virtualMachines":[{"config":{"template":true}}]}')).toBe('template');
  expect(parseInfo('{"virtualMachines":[{"config":{"template":false}}]}')).toBe('machine');
});
