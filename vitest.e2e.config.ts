import { defineConfig } from 'vitest/config';

// Real tools, real machines: one file after the other, in the order of their names, with minutes of time.
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 75 * 60_000,
    hookTimeout: 15 * 60_000,
    bail: 3,
    disableConsoleIntercept: true,
  },
});
