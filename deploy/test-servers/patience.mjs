// For every test file: what a test waits for may take its time. A machine that does other things as well is slow, not wrong; what never
// comes still fails, with the same words.

import { vi } from 'vitest';

const PATIENCE_MS = 30_000;

for (const name of ['waitFor', 'waitUntil']) {
  const original = vi[name];
  vi[name] = (callback, options = {}) =>
    original(callback, typeof options === 'number' ? options : { timeout: PATIENCE_MS, ...options });
}
