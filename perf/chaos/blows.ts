// What hits the server: SIGKILL of its process (every other time once more while it starts), of the parent of its play processes, and SIGSTOP for a while.

import { readdirSync, readFileSync } from 'node:fs';
import type { LocalRun } from '@hero-logic/cli/testing';
import type { Random } from '@hero-logic/platform/testing';

export interface Blows {
  kills: number;
  zygotes: number;
  stops: number;
}

const LONGEST_STOP_MS = 2500;
const LATEST_KILL_OF_A_START_MS = 1500;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Hits once. After a kill `whileDown` has the data to itself; then the server starts again. */
export async function hit(
  run: LocalRun,
  random: Random,
  blows: Blows,
  whileDown: () => void = () => {},
): Promise<void> {
  const kind = random.pick(['kill', 'kill', 'kill', 'kill', 'zygote', 'stop'] as const);
  if (kind === 'stop') {
    process.kill(run.pid, 'SIGSTOP');
    await pause(random.int(10, LONGEST_STOP_MS));
    process.kill(run.pid, 'SIGCONT');
    blows.stops += 1;
    return;
  }
  if (kind === 'zygote') {
    for (const pid of zygotesOf(run.pid)) {
      process.kill(pid, 'SIGKILL');
      blows.zygotes += 1;
    }
    return;
  }
  await run.crash();
  blows.kills += 1;
  if (random.chance(0.5)) {
    const starting = run.restart().catch(() => {}); // It ends with the kill below.
    await pause(random.int(50, LATEST_KILL_OF_A_START_MS));
    await run.crash();
    blows.kills += 1;
    await starting;
  }
  whileDown();
  await run.restart();
}

function zygotesOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isOurs = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(parent);
        return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('hero_zygote');
      } catch {
        return false; // It has just ended.
      }
    })
    .map(Number);
}
