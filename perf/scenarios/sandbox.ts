// What the sandbox costs: the pool of interpreters alone, without the mesh, in each tier against none. Rounds take turns, so that the machine
// is as busy for one as for the other.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterpreters, type Interpreters } from '@hero-logic/executor';
import { silentLog } from '@hero-logic/platform';
import type { Report, Row } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';
import { NOTHING } from './nothing.ts';

const SDK = fileURLToPath(new URL('../../python', import.meta.url));
const POLICY = { network: 'none', cpuS: 60, memoryMb: 512 } as const;
const TIERS = ['D', 'B', 'A', 'A+'] as const;
const AT_ONCE = 8;
const PLAYS = 240;

export async function sandbox(_shared: PerfServer, rounds: number): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'hl-sandbox-'));
  // In tier A+ each play has a user of its own, who has to reach it.
  chmodSync(folder, 0o755);
  const pools: { readonly name: string; readonly pool: Interpreters; readonly perPlay: number[] }[] = [];
  try {
    for (const [title, spares] of [
      ['forked on demand', 0],
      ['hot spares', AT_ONCE * 2],
    ] as const) {
      for (const mostTier of TIERS) {
        const dir = join(folder, `${mostTier}-${spares}`);
        const pool = await createInterpreters({ sdkPath: SDK, dir, slots: AT_ONCE, spares, mostTier, log: silentLog });
        if (pool.tier === mostTier) pools.push({ name: `tier ${mostTier}, ${title}`, pool, perPlay: [] });
        else await pool.close();
      }
    }
    for (let round = -1; round < Math.max(3, Math.min(rounds, 8)); round++) {
      for (const { pool, perPlay } of pools) {
        const found = await msPerPlay(pool);
        if (round >= 0) perPlay.push(found);
      }
    }
    return { title: `Time per play of the pool alone, ${AT_ONCE} at once`, rows: rowsOf(pools) };
  } finally {
    await Promise.all(pools.map(({ pool }) => pool.close()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowsOf(pools: readonly { readonly name: string; readonly perPlay: number[] }[]): Row[] {
  let without = 0;
  return pools.map(({ name, perPlay }) => {
    const found = spread(perPlay);
    if (name.startsWith('tier D')) without = found.p50;
    const goal = name.endsWith('on demand') ? 'at most 1.11x, and 2.5 ms (400 plays a second)' : 'at most 1.11x';
    return { name, spread: found, unit: 'ms', against: without, goal: name.startsWith('tier D') ? '' : goal };
  });
}

async function msPerPlay(pool: Interpreters): Promise<number> {
  let left = PLAYS;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await play(pool);
    }),
  );
  return (performance.now() - started) / PLAYS;
}

async function play(pool: Interpreters): Promise<void> {
  const interpreter = await pool.take(POLICY);
  interpreter.onLines((lines) => interpreter.ack((JSON.parse(lines.at(-1) ?? '{}') as { seq: number }).seq));
  interpreter.start({ source: NOTHING, env: { HERO_FLOW_NAME: 'nothing', HERO_FLOW_INPUT: '{}' } });
  const { code, output } = await interpreter.ended;
  await pool.release(interpreter);
  if (code !== 0) throw new Error(`a play ended with code ${code}: ${output}`);
}
