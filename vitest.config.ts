import { defineConfig } from 'vitest/config';

/** The fast suite: no root, no network, no sleeping. Real machines are in test/e2e, run by scripts/test.mjs. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/e2e/**'],
    testTimeout: 20_000,
    maxWorkers: 2,
  },
});
