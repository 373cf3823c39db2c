// From a claim in the hand of the executor to the first span of its play, with hot spares. The executor measures it itself and logs it at
// level debug, so this scenario has a server of its own.

import type { Report } from '../report.ts';
import { type PerfServer, startServer } from '../server.ts';
import { spread } from '../stats.ts';
import { NOTHING } from './nothing.ts';

const WARM_UP = 150;
const THINK_MS = 15;

export async function firstSpan(_shared: PerfServer, rounds: number): Promise<Report> {
  const server = await startServer(['--log-level', 'debug']);
  try {
    const workflowSid = await server.add('nothing', NOTHING);
    const count = rounds * 5;
    for (let round = 0; round < WARM_UP + count; round++) {
      await server.plays.startPlay({ workflow: { case: 'workflowSid', value: workflowSid }, waitMs: 60_000n });
      if (round >= WARM_UP) await new Promise((resolve) => setTimeout(resolve, THINK_MS));
    }
    const measured = [...server.log().matchAll(/"first_span_ms":([\d.]+)/g)].slice(-count).map((m) => Number(m[1]));
    const row = { name: 'claim to first span, hot spares, 15 ms between plays', spread: spread(measured), unit: 'ms' };
    return { title: 'First span', rows: [{ ...row, goal: 'p50 at most 2' }] };
  } finally {
    await server.stop();
  }
}
