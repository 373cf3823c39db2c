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
    setupFiles: ['deploy/test-servers/patience.mjs'],
    // A file for each core: most of a file's time is spent waiting for processes that it started.
    maxWorkers: '100%',
    // Generous: they say that something hangs, not that a machine is slow.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
  },
});
