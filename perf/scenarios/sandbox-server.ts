// What the sandbox costs where it is used: plays a second of whole servers, one for each tier and one without a box, at the same concurrency.
// Rounds take turns, so that the machine is as busy for one as for the other.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report, Row } from '../report.ts';
import { type PerfServer, startServer } from '../server.ts';
import { spread } from '../stats.ts';
import { NOTHING } from './nothing.ts';

const TIERS = ['D', 'B', 'A', 'A+'] as const;
const AT_ONCE = 8;
const PLAYS = 160;

interface Boxed {
  readonly tier: string;
  readonly server: PerfServer;
  readonly play: () => Promise<string>;
  readonly perSecond: number[];
}

export async function sandboxServer(_shared: PerfServer, rounds: number): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'hl-sandbox-'));
  chmodSync(folder, 0o755);
  const servers: Boxed[] = [];
  try {
    for (const tier of TIERS) {
      const boxed = await start(tier, pythonFor(folder, tier));
      servers.push(boxed);
      // The machine may give less.
      if ((await boxed.play()) !== tier) await servers.pop()?.server.stop();
    }
    for (let round = -2; round < Math.max(3, rounds); round++) {
      for (const { play, perSecond } of servers) {
        const found = await playsPerSecond(play);
        if (round >= 0) perSecond.push(found);
      }
    }
    return { title: `Plays a second of a whole server, ${AT_ONCE} at once`, ratioTo: 'none', rows: rowsOf(servers) };
  } finally {
    await Promise.all(servers.map(({ server }) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start(tier: string, python: string): Promise<Boxed> {
  const env = { HERO_LOGIC_PYTHON: python, HERO_LOGIC_SLOTS: String(AT_ONCE) };
  const server = await startServer([], env, letPass);
  const workflow = { case: 'workflowSid', value: await server.add('nothing', NOTHING) } as const;
  const play = async () => (await server.plays.startPlay({ workflow, waitMs: 60_000n })).sandboxTier;
  return { tier, server, play, perSecond: [] };
}

/** In tier A+ each play has a user of its own, who has to reach its folder. */
function letPass(root: string): void {
  chmodSync(root, 0o755);
  mkdirSync(join(root, 'var', 'hero_logic'), { recursive: true });
}

/** A Python whose zygotes use no better tier than this, and that gives itself as the one to start them with: services have no switch for it. */
function pythonFor(folder: string, tier: string): string {
  const file = join(folder, `python-${tier}`);
  const asked = `case "$3" in *sys.executable*) exec python3 -I -c "import sys; sys.executable = '${file}'\n$3" ;; esac`;
  const zygote = `case " $* " in *" -m hero_zygote "*) set -- "$@" --most '${tier}' ;; esac`;
  writeFileSync(file, `#!/bin/sh\n${asked}\n${zygote}\nexec python3 "$@"\n`, { mode: 0o755 });
  return file;
}

async function playsPerSecond(play: () => Promise<unknown>): Promise<number> {
  let left = PLAYS;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await play();
    }),
  );
  return PLAYS / ((performance.now() - started) / 1000);
}

function rowsOf(servers: readonly Boxed[]): Row[] {
  const without = spread(servers.find(({ tier }) => tier === 'D')?.perSecond ?? []).p50;
  return servers.map(({ tier, perSecond }) => {
    const row = { spread: spread(perSecond), unit: '/s', against: without, better: 'higher' } as const;
    return tier === 'D' ? { ...row, name: 'no box (tier D)' } : { ...row, name: `tier ${tier}`, goal: 'at least 0.9x' };
  });
}
