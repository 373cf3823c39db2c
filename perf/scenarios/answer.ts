// From an answer to the end of a play that has one step left.

import type { Report } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';

const FLOW = `
from hero_tracing import ask_user, flow

@flow
def last(word: str) -> str:
    return word.upper()

@flow(name="answer")
def answer() -> str:
    return last(ask_user.text("Well?", name="word"))
`;

export async function answer(server: PerfServer, rounds: number): Promise<Report> {
  const { plays } = server;
  const workflowSid = await server.add('answer', FLOW);
  const measured: number[] = [];
  const warmUp = 50;
  for (let round = -warmUp; round < rounds * 5; round++) {
    const { sid, pendingResumes } = await plays.startPlay({
      workflow: { case: 'workflowSid', value: workflowSid },
      waitMs: 60_000n,
    });
    const at = performance.now();
    await plays.resumePlay({ playSid: sid, resumeId: pendingResumes[0]?.id ?? '', payloadJson: '"x"' });
    const { outputData } = await plays.waitPlay({ playSid: sid, timeoutMs: 60_000n });
    if (outputData !== '"X"') throw new Error(`unexpected output ${outputData}`);
    if (round >= 0) measured.push(performance.now() - at);
  }
  const row = { name: 'answer to the end, one step left', spread: spread(measured), unit: 'ms', goal: 'p50 under 15' };
  return { title: 'Answer', rows: [row] };
}
