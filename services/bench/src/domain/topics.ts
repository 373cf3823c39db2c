/** A benchmark was added, or one of its runs has ended. */
export const BENCH_TOPIC = 'benchmarks';
