import { expect, test } from 'vitest';
import { podAmount, quantity } from './quantities.js';

const container = (cpu: string, memory: string, more: object = {}) => ({ resources: { requests: { cpu, memory } }, ...more });

test.each([
  ['250m', 0.25],
  ['1Gi', 2 ** 30],
  ['1.5', 1.5],
  ['2e3', 2000],
  ['100M', 1e8],
  ['12Ei', 12 * 2 ** 60],
  ['nonsense', 0],
  ['5Xi', 0],
  [undefined, 0],
  [3, 3],
])('quantity %s is %s', (text, value) => {
  expect(quantity(text) ?? 0).toBe(value);
});

test('containers add up, the largest init container counts where it is more', () => {
  const spec = { containers: [container('100m', '1Gi'), container('200m', '1Gi')], initContainers: [container('1', '1Gi')] };
  expect(podAmount(spec)).toEqual({ cpu: 1, memoryBytes: 2 * 2 ** 30 });
});

test('an init container that keeps running counts with the containers', () => {
  const spec = {
    containers: [container('100m', '1Mi')],
    initContainers: [container('200m', '1Mi', { restartPolicy: 'Always' })],
  };
  expect(podAmount(spec).cpu).toBeCloseTo(0.3);
});

test('a limit without a request is the request', () => {
  expect(podAmount({ containers: [{ resources: { limits: { cpu: '2' } } }] }).cpu).toBe(2);
});
