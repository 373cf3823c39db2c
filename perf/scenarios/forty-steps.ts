// 40 sequential fibo(10) steps, each memoised and durable, against the floor (perf/floor.py) in turn.

import { runFloor } from '../floor.ts';
import { addKind, ofKinds, rowSuffix } from '../isolation-kinds.ts';
import type { Report, Row } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';

export const FORTY = `
import time
from hero_tracing import flow

@flow
def fibo(n: int, round: int) -> int:
    def f(n: int) -> int:
        return n if n < 2 else f(n - 1) + f(n - 2)
    return f(n)

@flow(name="forty")
def forty() -> dict:
    started = time.perf_counter()
    for i in range(40):
        fibo(10, i)
    return {"ms": (time.perf_counter() - started) * 1000}
`;

/** Plays until Node has compiled what is hot: the ratio falls from about 4 to half of that on the way. */
const WARM_UP = 80;
/** Of those, the first after the start of the server, shown for themselves. */
const COLD = 3;

export async function fortySteps(server: PerfServer, rounds: number): Promise<Report> {
  const sids = await ofKinds((kind) => addKind(server, kind, { name: 'forty', source: FORTY }));
  const inside: number[] = [];
  const shared: number[] = [];
  const whole: number[] = [];
  const cold: number[] = [];
  const floor: number[] = [];
  for (let round = -WARM_UP; round < rounds; round++) {
    const { insideMs, tookMs } = await fortyOnce(server, sids.play);
    const other = await fortyOnce(server, sids.version);
    if (round < COLD - WARM_UP) cold.push(insideMs);
    if (round < 0) continue;
    inside.push(insideMs);
    shared.push(other.insideMs);
    whole.push(tookMs);
    floor.push(...runFloor(1).map(({ ms }) => ms));
  }
  const base = spread(floor);
  const rows: Row[] = [
    { name: 'floor: 40 steps, one process', spread: base, unit: 'ms' },
    {
      name: '40 steps inside a play',
      spread: spread(inside),
      unit: 'ms',
      against: base.p50,
      goal: 'at most 2x the floor',
    },
    {
      name: `40 steps inside a play${rowSuffix('version')}`,
      spread: spread(shared),
      unit: 'ms',
      against: base.p50,
    },
    {
      name: 'over the floor, per step',
      spread: spread(inside.map((ms) => (ms - base.p50) / 40)),
      unit: 'ms',
      goal: 'at most 0.5',
    },
    { name: `the first ${COLD} plays after a start`, spread: spread(cold), unit: 'ms', against: base.p50 },
    { name: '40 steps, start to end over gRPC', spread: spread(whole), unit: 'ms', against: base.p50 },
  ];
  return { title: '40 sequential steps', rows };
}

/** Milliseconds as the flow sees them, and as its caller does. */
async function fortyOnce({ plays }: PerfServer, value: string): Promise<{ insideMs: number; tookMs: number }> {
  const started = performance.now();
  const play = await plays.startPlay({ workflow: { case: 'workflowSid', value }, waitMs: 60_000n });
  const tookMs = performance.now() - started;
  if (play.outputData === '') throw new Error(`the play ended as ${play.status}: ${play.error?.message}`);
  return { insideMs: (JSON.parse(play.outputData) as { ms: number }).ms, tookMs };
}
