// A play that does nothing, started over gRPC and waited for: the cost of the whole path.

import { addKind, KINDS, type Kind, ofKinds, rowSuffix } from '../isolation-kinds.ts';
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
  const sids = await ofKinds((kind) => addKind(server, kind, { name: 'nothing', source: NOTHING }));
  const start = async (kind: Kind) => {
    const workflow = { case: 'workflowSid', value: sids[kind] } as const;
    await server.plays.startPlay({ workflow, waitMs: 60_000n });
  };
  const alone = { play: none(), version: none() };
  for (let round = -WARM_UP; round < rounds * 5; round++) {
    for (const kind of KINDS) {
      const started = performance.now();
      await start(kind);
      if (round >= 0) alone[kind].push(performance.now() - started);
    }
  }
  const perSecond = { play: none(), version: none() };
  for (let round = 0; round < 3; round++) {
    for (const kind of KINDS) {
      const started = performance.now();
      let left = PLAYS;
      const worker = async () => {
        while (left-- > 0) await start(kind);
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
      perSecond[kind].push(PLAYS / ((performance.now() - started) / 1000));
    }
  }
  return {
    title: 'A play that does nothing',
    rows: [
      ...KINDS.map((kind) => ({
        name: `start to end over gRPC, one at a time${rowSuffix(kind)}`,
        spread: spread(alone[kind]),
        unit: 'ms',
        goal: 'p50 under 10',
      })),
      ...KINDS.map((kind) => ({
        name: `plays per second, ${IN_FLIGHT} in flight${rowSuffix(kind)}`,
        spread: spread(perSecond[kind]),
        unit: '/s',
      })),
    ],
  };
}

const none = (): number[] => [];
