// Processor time of a process, of all that it has started, and of those that have ended meanwhile: what a play costs the machine, apart
// from all waiting.

import { readFileSync } from 'node:fs';
import { treeOf } from './process-memory.ts';

/** Of the kernel's clock in /proc/PID/stat. */
const MS_PER_TICK = 10;

export function treeCpuMs(root: number): number {
  return treeOf(root).reduce((sum, pid) => sum + ticksOf(pid), 0) * MS_PER_TICK;
}

/** Of the process alone, without what it has started. */
export function ownCpuMs(pid: number): number {
  return ticksOf(pid, 2) * MS_PER_TICK;
}

/** Whether something that it has started has ended and has taken time. */
export function hasHadChildren(pid: number): boolean {
  return ticksOf(pid) > ticksOf(pid, 2);
}

/** In user and system mode, of itself and of children that it has waited for. */
function ticksOf(pid: number, times = 4): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program may hold anything, so what counts comes after its last bracket: state, parent, ...
    const found = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 11 + times);
    return found.reduce((sum, one) => sum + Number(one), 0);
  } catch {
    return 0; // it has ended since
  }
}
