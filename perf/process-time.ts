// Processor time of a process.

import { readdirSync, readFileSync } from 'node:fs';

/** Microseconds of all its threads so far. */
export function processorUs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ns = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]));
  return ns.reduce((sum, one) => sum + one, 0) / 1000;
}
