// Steps per second of many plays at once, each step durable; what bare processes do that keep nothing but one row a step, and what the
// cores would allow if the server cost nothing; and whether one play with large outputs slows the others more than one that only computes
// as long.

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { crowdFloorPerSecond } from '../crowd-floor.ts';
import { addKind, rowSuffix } from '../isolation-kinds.ts';
import type { Report } from '../report.ts';
import { type PerfServer, startServer } from '../server.ts';
import { spread } from '../stats.ts';
import { syncsPerSecond } from './disk.ts';

/** What a step of 3 MB takes of its play's processor. */
const COMPUTE_MS = 25;

const FLOW = `
import time
from hero_tracing import flow

@flow
def tiny(i: int) -> int:
    return i

@flow
def large(i: int) -> str:
    return "x" * 3_000_000

@flow
def compute(i: int) -> int:
    began = time.process_time()
    while time.process_time() - began < ${COMPUTE_MS / 1000}:
        pass
    return i

@flow(name="many")
def many(steps: int) -> list[float]:
    started, used = time.monotonic(), time.process_time()
    for i in range(steps):
        tiny(i)
    return [(time.monotonic() - started) * 1000 / steps, (time.process_time() - used) * 1e6 / steps]

@flow(name="computing")
def computing(steps: int) -> int:
    return sum(compute(i) for i in range(steps))

@flow(name="heavy")
def heavy(steps: int) -> int:
    return sum(len(large(i)) for i in range(steps))
`;

const PLAYS = 32;
/** Of each of the many: enough that their starts count for little. */
const STEPS = 1500;
/** Of each of those that run beside another play, and of that one. */
const FEW = 300;
const LARGE = 10;

/** A server of its own: as many slots as plays. */
export async function parallelSteps(_shared: PerfServer, rounds: number): Promise<Report> {
  const server = await startServer([], { HERO_LOGIC_SLOTS: String(PLAYS + 1) });
  const folder = mkdtempSync(join(tmpdir(), 'hlperf-'));
  try {
    const many = await server.add('many', FLOW);
    const shared = await addKind(server, 'version', { name: 'many', source: FLOW });
    const heavy = await server.add('heavy', FLOW);
    const computing = await server.add('computing', FLOW);
    const start = async (workflowSid: string, steps: number): Promise<unknown> => {
      const play = await server.plays.startPlay({
        workflow: { case: 'workflowSid', value: workflowSid },
        inputData: JSON.stringify({ steps }),
        waitMs: 600_000n,
      });
      if (play.outputData === '') throw new Error(`a play failed: ${play.error?.message ?? ''}`);
      return JSON.parse(play.outputData);
    };
    /** Of a step: milliseconds on the clock, and microseconds of the play's processor. */
    const startMany = (sid: string, steps: number) => start(sid, steps) as Promise<[number, number]>;
    const besideIt = async (other: string | undefined) => {
      const few = Array.from({ length: 4 }, () => startMany(many, FEW));
      if (other !== undefined) await start(other, LARGE);
      return (await Promise.all(few)).map(([ms]) => ms);
    };
    const perSecond: number[] = [];
    const sharedPerSecond: number[] = [];
    const floor: number[] = [];
    const alone: number[] = [];
    const beside: number[] = [];
    const besideComputing: number[] = [];
    const serverless: number[] = [];
    for (let round = -1; round < Math.max(3, Math.min(rounds, 5)); round++) {
      const rateOf = async (sid: string) => {
        const at = performance.now();
        const ended = await Promise.all(Array.from({ length: PLAYS }, () => startMany(sid, STEPS)));
        const rate = (PLAYS * STEPS) / ((performance.now() - at) / 1000);
        return { rate, us: ended.reduce((sum, [, us]) => sum + us, 0) / PLAYS };
      };
      const { rate, us } = await rateOf(many);
      const { rate: sharedRate } = await rateOf(shared);
      const most = await crowdFloorPerSecond(folder, PLAYS, STEPS);
      const quiet = await besideIt(undefined);
      const loaded = await besideIt(heavy);
      const computed = await besideIt(computing);
      if (round < 0) continue;
      perSecond.push(rate);
      serverless.push((availableParallelism() * 1e6) / us);
      floor.push(most);
      sharedPerSecond.push(sharedRate);
      alone.push(...quiet);
      beside.push(...loaded);
      besideComputing.push(...computed);
    }
    const quietStep = spread(alone);
    const computingStep = spread(besideComputing);
    return {
      title: 'Many plays at once',
      rows: [
        {
          name: `durable steps per second, ${PLAYS} plays`,
          spread: spread(perSecond),
          unit: '/s',
          goal: '20,000 or the limit',
        },
        { name: `one row a step from ${PLAYS} bare processes, and nothing else`, spread: spread(floor), unit: '/s' },
        { name: 'what these cores could do if the server cost nothing', spread: spread(serverless), unit: '/s' },
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
        {
          name: `the same beside a play whose steps compute for ${COMPUTE_MS} ms`,
          spread: computingStep,
          unit: 'ms',
          against: quietStep.p50,
        },
        {
          name: 'beside 3 MB, against beside the one that computes',
          spread: spread(beside),
          unit: 'ms',
          against: computingStep.p50,
          goal: 'about 1x',
        },
      ],
    };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}
