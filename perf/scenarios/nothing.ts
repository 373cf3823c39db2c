// A play that does nothing, started over gRPC and waited for: the cost of the whole path.

import type { Report } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';

export const NOTHING = `
from hero_tracing import flow

@flow(name="nothing")
def nothing() -> int:
    return 0
`;
/** Until Node has compiled what is hot. */
const WARM_UP = 150;
const IN_FLIGHT = 16;
const PLAYS = 300;

export async function nothing(server: PerfServer, rounds: number): Promise<Report> {
  const workflowSid = await server.add('nothing', NOTHING);
  const start = () =>
    server.plays.startPlay({ workflow: { case: 'workflowSid', value: workflowSid }, waitMs: 60_000n });
  const alone: number[] = [];
  for (let round = -WARM_UP; round < rounds * 5; round++) {
    const started = performance.now();
    await start();
    if (round >= 0) alone.push(performance.now() - started);
  }
  const perSecond: number[] = [];
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    let left = PLAYS;
    const worker = async () => {
      while (left-- > 0) await start();
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    perSecond.push(PLAYS / ((performance.now() - started) / 1000));
  }
  return {
    title: 'A play that does nothing',
    rows: [
      { name: 'start to end over gRPC, one at a time', spread: spread(alone), unit: 'ms', goal: 'p50 under 10' },
      { name: `plays per second, ${IN_FLIGHT} in flight`, spread: spread(perSecond), unit: '/s' },
    ],
  };
}
