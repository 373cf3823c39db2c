// Steps per second of many plays at once, each step durable; and whether one play with large outputs slows the others.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addKind, rowSuffix } from '../isolation-kinds.ts';
import type { Report } from '../report.ts';
import { type PerfServer, startServer } from '../server.ts';
import { spread } from '../stats.ts';
import { syncsPerSecond } from './disk.ts';

const FLOW = `
import time
from hero_tracing import flow

@flow
def tiny(i: int) -> int:
    return i

@flow
def large(i: int) -> str:
    return "x" * 3_000_000

@flow(name="many")
def many(steps: int) -> float:
    started = time.monotonic()
    for i in range(steps):
        tiny(i)
    return (time.monotonic() - started) * 1000 / steps

@flow(name="heavy")
def heavy(steps: int) -> int:
    return sum(len(large(i)) for i in range(steps))
`;

const PLAYS = 32;
const STEPS = 300;

/** A server of its own: as many slots as plays. */
export async function parallelSteps(_shared: PerfServer, rounds: number): Promise<Report> {
  const server = await startServer([], { HERO_LOGIC_SLOTS: String(PLAYS + 1) });
  const folder = mkdtempSync(join(tmpdir(), 'hlperf-'));
  try {
    const many = await server.add('many', FLOW);
    const shared = await addKind(server, 'version', { name: 'many', source: FLOW });
    const heavy = await server.add('heavy', FLOW);
    const start = async (workflowSid: string, steps: number): Promise<number> => {
      const play = await server.plays.startPlay({
        workflow: { case: 'workflowSid', value: workflowSid },
        inputData: JSON.stringify({ steps }),
        waitMs: 600_000n,
      });
      if (play.outputData === '') throw new Error(`a play failed: ${play.error?.message ?? ''}`);
      return Number(play.outputData);
    };
    const perSecond: number[] = [];
    const sharedPerSecond: number[] = [];
    const alone: number[] = [];
    const beside: number[] = [];
    for (let round = -1; round < Math.max(3, Math.min(rounds, 5)); round++) {
      const rateOf = async (sid: string) => {
        const at = performance.now();
        await Promise.all(Array.from({ length: PLAYS }, () => start(sid, STEPS)));
        return (PLAYS * STEPS) / ((performance.now() - at) / 1000);
      };
      const rate = await rateOf(many);
      const sharedRate = await rateOf(shared);
      const quiet = await Promise.all(Array.from({ length: 4 }, () => start(many, STEPS)));
      const [, ...loaded] = await Promise.all([
        start(heavy, 10),
        ...Array.from({ length: 4 }, () => start(many, STEPS)),
      ]);
      if (round < 0) continue;
      perSecond.push(rate);
      sharedPerSecond.push(sharedRate);
      alone.push(...quiet);
      beside.push(...loaded);
    }
    const quietStep = spread(alone);
    return {
      title: 'Many plays at once',
      rows: [
        {
          name: `durable steps per second, ${PLAYS} plays`,
          spread: spread(perSecond),
          unit: '/s',
          goal: '20,000 or the limit',
        },
        {
          name: `durable steps per second, ${PLAYS} plays${rowSuffix('version')}`,
          spread: spread(sharedPerSecond),
          unit: '/s',
        },
        { name: 'syncs of the disk per second, one process', spread: spread(syncsPerSecond(folder)), unit: '/s' },
        { name: 'a step of 4 plays at once', spread: quietStep, unit: 'ms' },
        {
          name: 'the same beside a play with steps of 3 MB',
          spread: spread(beside),
          unit: 'ms',
          against: quietStep.p50,
          goal: 'about 1x',
        },
      ],
    };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}
