// Runs the floor (floor.py) in a process of its own.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface FloorRound {
  /** For its 40 steps. */
  readonly ms: number;
  /** Processor time of one step. */
  readonly cpuUs: number;
}

/** The first round of each process is warm-up. */
export function runFloor(rounds: number): FloorRound[] {
  const script = fileURLToPath(new URL('./floor.py', import.meta.url));
  const python = process.env.HERO_LOGIC_PYTHON ?? '/usr/bin/python3';
  const result = spawnSync(python, [script, String(rounds + 1)], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  const lines = result.stdout.trim().split('\n').slice(1);
  return lines.map((line) => {
    const [ms, cpuUs] = line.split(' ').map(Number) as [number, number];
    return { ms, cpuUs };
  });
}
