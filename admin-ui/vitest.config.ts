import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['{src,build}/**/*.test.ts'] } },
      {
        test: {
          name: 'browser',
          include: ['test/**/*.browser.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          setupFiles: ['../deploy/test-servers/patience.mjs'],
          expect: { poll: { timeout: 30_000 } },
          pool: 'forks',
        },
      },
    ],
  },
});
