// Processor time of a durable step, apart from all waiting: in the process of the play and in the server, against the floor
// (perf/floor.py) in the same run. A busy machine disturbs it less than time on the clock.

import { runFloor } from '../floor.ts';
import { processorUs } from '../process-time.ts';
import type { Report } from '../report.ts';
import { type PerfServer, startServer } from '../server.ts';
import { spread } from '../stats.ts';

const FLOW = `
import time
from hero_tracing import flow

@flow
def tiny(i: int) -> int:
    return i

@flow(name="processor")
def processor(steps: int) -> float:
    started = time.process_time()
    for i in range(steps):
        tiny(i)
    return (time.process_time() - started) * 1e6 / steps
`;

const STEPS = 500;
const WARM_UP = 4;
const PLAYS = [1, 16];

export async function processor(_shared: PerfServer, rounds: number): Promise<Report> {
  const server = await startServer([], { HERO_LOGIC_SLOTS: String(Math.max(...PLAYS)) });
  try {
    const sid = await server.add('processor', FLOW);
    const floor: number[] = [];
    const inPlay = new Map(PLAYS.map((plays) => [plays, [] as number[]]));
    const inServer = new Map(PLAYS.map((plays) => [plays, [] as number[]]));
    for (let round = -WARM_UP; round < Math.max(3, Math.min(rounds, 8)); round++) {
      for (const plays of PLAYS) {
        const before = processorUs(server.pid);
        const outputs = await Promise.all(Array.from({ length: plays }, () => play(server, sid)));
        if (round < 0) continue;
        inServer.get(plays)?.push((processorUs(server.pid) - before) / (plays * STEPS));
        inPlay.get(plays)?.push(...outputs);
      }
      if (round >= 0) floor.push(...runFloor(5).map(({ cpuUs }) => cpuUs));
    }
    const base = spread(floor);
    const rows = PLAYS.flatMap((plays) => [
      { name: `the play, ${plays} at once`, spread: spread(inPlay.get(plays) ?? []), unit: 'us', against: base.p50 },
      {
        name: `the server, ${plays} at once`,
        spread: spread(inServer.get(plays) ?? []),
        unit: 'us',
        against: base.p50,
      },
    ]);
    return {
      title: 'Processor time of a step',
      rows: [{ name: 'floor: one process', spread: base, unit: 'us' }, ...rows],
    };
  } finally {
    await server.stop();
  }
}

async function play(server: PerfServer, workflowSid: string): Promise<number> {
  const { outputData, error } = await server.plays.startPlay({
    workflow: { case: 'workflowSid', value: workflowSid },
    inputData: JSON.stringify({ steps: STEPS }),
    waitMs: 600_000n,
  });
  if (outputData === '') throw new Error(`a play failed: ${error?.message ?? ''}`);
  return Number(outputData);
}
