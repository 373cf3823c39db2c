import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'services/*/src/**/*.test.ts',
      'services/*/test/**/*.test.ts',
      'seed-flows/**/*.test.ts',
      'deploy/**/*.test.ts',
      'perf/**/*.test.ts',
    ],
    globalSetup: ['deploy/test-servers/vitest.mjs'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
  },
});
