// From an answer to the end of a play that has one step left.

import { addKind, KINDS, type Kind, ofKinds, rowSuffix } from '../isolation-kinds.ts';
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

const WARM_UP = 50;

export async function answer(server: PerfServer, rounds: number): Promise<Report> {
  const sids = await ofKinds((kind) => addKind(server, kind, { name: 'answer', source: FLOW }));
  const measured: Record<Kind, number[]> = { play: [], version: [] };
  for (let round = -WARM_UP; round < rounds * 5; round++) {
    for (const kind of KINDS) {
      const took = await answerOne(server, sids[kind]);
      if (round >= 0) measured[kind].push(took);
    }
  }
  const rows = KINDS.map((kind) => {
    const name = `answer to the end, one step left${rowSuffix(kind)}`;
    return { name, spread: spread(measured[kind]), unit: 'ms', goal: 'p50 under 15' };
  });
  return { title: 'Answer', rows };
}

async function answerOne({ plays }: PerfServer, workflowSid: string): Promise<number> {
  const { sid, pendingResumes } = await plays.startPlay({
    workflow: { case: 'workflowSid', value: workflowSid },
    waitMs: 60_000n,
  });
  const at = performance.now();
  await plays.resumePlay({ playSid: sid, resumeId: pendingResumes[0]?.id ?? '', payloadJson: '"x"' });
  const { outputData } = await plays.waitPlay({ playSid: sid, timeoutMs: 60_000n });
  if (outputData !== '"X"') throw new Error(`unexpected output ${outputData}`);
  return performance.now() - at;
}
