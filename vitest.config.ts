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
    // Generous: they say that something hangs, not that a machine is slow.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    pool: 'forks',
  },
});
