// Replay: from the answer of a play with many completed steps to the pause that follows them. Shown for growing counts: the cost per step is the slope.

import type { Report, Row } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';

const FLOW = `
from hero_tracing import ask_user, flow

@flow
def step(i: int) -> int:
    return i

@flow(name="replay")
def replay(steps: int) -> int:
    for i in range(steps):
        step(i)
    turn = 0
    while ask_user.text("Again?", name="again") != "no":
        turn += 1
    return turn
`;

/** As a play that waits for a person: what its pause left to be done is done. */
const REST_MS = 500;
const COUNTS = [1000, 10_000, 50_000];

export async function replay(server: PerfServer, rounds: number): Promise<Report> {
  const workflowSid = await server.add('replay', FLOW);
  const rows: Row[] = [];
  /** Per 1,000 of 10,000 steps. */
  let slope: number | undefined;
  for (const steps of COUNTS) {
    const measured = await measure(server, workflowSid, steps, Math.max(3, Math.min(rounds, 10)));
    const goal = steps === 10_000 ? { goal: 'at most 200' } : {};
    rows.push({
      name: `${steps} completed steps, answer to the next pause`,
      spread: spread(measured),
      unit: 'ms',
      ...goal,
    });
    const perThousand = spread(measured.map((ms) => (ms / steps) * 1000));
    rows.push({
      name: `of it per 1,000 of ${steps} steps`,
      spread: perThousand,
      unit: 'ms',
      ...(slope === undefined ? {} : { against: slope, goal: 'about 1x: it grows linearly' }),
    });
    if (steps === 10_000) slope = perThousand.p50;
  }
  return { title: 'Replay', rows };
}

async function measure(server: PerfServer, workflowSid: string, steps: number, rounds: number): Promise<number[]> {
  const { plays } = server;
  const started = await plays.startPlay({
    workflow: { case: 'workflowSid', value: workflowSid },
    inputData: JSON.stringify({ steps }),
    waitMs: 600_000n,
  });
  const measured: number[] = [];
  let pending = started.pendingResumes;
  for (let round = -1; round < rounds; round++) {
    const question = pending[0];
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    if (question === undefined) throw new Error(`the play does not wait: ${started.error?.message ?? ''}`);
    const at = performance.now();
    await plays.resumePlay({ playSid: started.sid, resumeId: question.id, payloadJson: '"yes"' });
    const play = await plays.waitPlay({ playSid: started.sid, timeoutMs: 60_000n });
    if (round >= 0) measured.push(performance.now() - at);
    pending = play.pendingResumes;
  }
  await plays.cancelPlay({ playSid: started.sid });
  return measured;
}
