export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { createTempDir } from './temp-dir.ts';
