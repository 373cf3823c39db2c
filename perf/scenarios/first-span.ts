// From a claim in the hand of the executor to the first span of its play, with hot spares. The executor measures it itself and logs it at
// level debug, so this scenario has a server of its own.

import { addKind, KINDS, type Kind, rowSuffix } from '../isolation-kinds.ts';
import type { Report } from '../report.ts';
import { type PerfServer, startServer } from '../server.ts';
import { spread } from '../stats.ts';
import { NOTHING } from './nothing.ts';

const WARM_UP = 150;
const THINK_MS = 15;

export async function firstSpan(_shared: PerfServer, rounds: number): Promise<Report> {
  const server = await startServer(['--log-level', 'debug']);
  try {
    const rows = [];
    for (const kind of KINDS) {
      const name = `claim to first span, hot spares, 15 ms between plays${rowSuffix(kind)}`;
      rows.push({ name, spread: spread(await measure(server, kind, rounds * 5)), unit: 'ms', goal: 'p50 at most 2' });
    }
    return { title: 'First span', rows };
  } finally {
    await server.stop();
  }
}

async function measure(server: PerfServer, kind: Kind, count: number): Promise<number[]> {
  const value = await addKind(server, kind, { name: 'nothing', source: NOTHING });
  for (let round = 0; round < WARM_UP + count; round++) {
    await server.plays.startPlay({ workflow: { case: 'workflowSid', value }, waitMs: 60_000n });
    if (round >= WARM_UP) await new Promise((resolve) => setTimeout(resolve, THINK_MS));
  }
  return [...server.log().matchAll(/"first_span_ms":([\d.]+)/g)].slice(-count).map((m) => Number(m[1]));
}
