// The machine of a run: figures of different machines do not compare.

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { syncsPerSecond } from './scenarios/disk.ts';
import { spread } from './stats.ts';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly node: string;
  /** Of one process, in the folder where the servers keep their data. */
  readonly syncsPerSecond: number;
  /** Processes that wanted a core on average, over the minute before the run: above the number of cores the machine was busy. */
  readonly loadBefore: number;
  readonly at: string;
}

export function describeMachine(): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'hlperf-'));
  try {
    return {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGib: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
      node: process.versions.node,
      syncsPerSecond: Math.round(spread(syncsPerSecond(folder)).p50),
      loadBefore: Number((loadavg()[0] ?? 0).toFixed(1)),
      at: new Date().toISOString().slice(0, 16).replace('T', ' '),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function machineLine(machine: Machine): string {
  const { cores, processor, memoryGib, kernel, node, loadBefore, at } = machine;
  return `${cores} x ${processor}, ${memoryGib} GiB, Linux ${kernel}, Node ${node}, ${machine.syncsPerSecond} syncs a second, load ${loadBefore} before, ${at} UTC`;
}
