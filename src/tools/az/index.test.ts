import { expect, test } from 'vitest';
import { parseImage } from './index.js';

// The shape of `az image show`, shortened to what is read.
const image = (provisioningState: string): string =>
  JSON.stringify({ id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/n', provisioningState });

test.each([
  ['Succeeded', 'available'],
  ['Creating', 'pending'],
  ['Failed', 'failed'],
] as const)('%s is %s', (said, state) => {
  expect(parseImage(image(said))).toMatchObject({ state });
});
