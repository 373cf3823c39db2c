// The callers: each starts a play, watches its steps, answers its question (often together with another caller who answers something
// else), and waits for its end, however often the server goes away meanwhile.

import type { Random } from '@hero-logic/platform/testing';
import { type Facts, type Play, type Rpc, seeSpans, spansOf } from './facts.ts';

export interface LoadOptions {
  readonly rpc: Rpc;
  readonly facts: Facts;
  readonly random: Random;
  /** No new plays once this is true. */
  readonly isClosing: () => boolean;
}

const AGAIN_MS = 100;
const LOOK_MS = 150;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Until there is a reply of the server; its refusals are thrown. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      // A refusal has a reason of the closed list; a server that is away or going has none, or one of these.
      const { reason = '' } = error as { reason?: string };
      if (reason !== '' && !['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'CANCELLED', 'INTERNAL'].includes(reason)) throw error;
      await pause(AGAIN_MS);
    }
  }
}

export async function keepBusy(options: LoadOptions, caller: string): Promise<void> {
  for (let n = 0; !options.isClosing(); n++) await onePlay(options, `${caller}-${n}`);
}

async function onePlay({ rpc, facts, random }: LoadOptions, key: string): Promise<void> {
  const input = {
    ...{ steps: random.int(1, 6), ms: random.int(0, 60), children: random.int(0, 3) },
    sleep: random.pick([0.05, 1, 6]),
  };
  const start = { workflow_name: 'chaos_parent', input_data: input, idempotency_key: key };
  const { sid } = await insist(() => rpc<Play>('play_start', start));
  facts.plays.set(key, sid);
  for (;;) {
    const play = await insist(() => rpc<Play>('play_status', { play_sid: sid, with_spans: false }));
    seeSpans(facts, sid, await insist(() => spansOf(rpc, sid)));
    if (!['pending', 'running', 'awaiting_resume'].includes(play.status)) return;
    const [question] = play.pending_resumes;
    if (question !== undefined) {
      const answers = [answer(sid, question.id)];
      if (random.chance(0.4)) answers.push(answer(sid, question.id));
      await Promise.all(answers);
    }
    await pause(LOOK_MS);
  }

  async function answer(playSid: string, resumeId: string): Promise<void> {
    const payload = JSON.stringify(`answer ${random.int(0, 1_000_000_000)}`);
    const params = { play_sid: playSid, resume_id: resumeId, payload_json: payload };
    const taken = await insist(() => rpc('play_resume', params)).then(
      () => true,
      () => false, // The other was first.
    );
    if (!taken) return;
    const fact = `${playSid} ${resumeId}`;
    const before = facts.answers.get(fact);
    if (before !== undefined && before !== payload)
      facts.broken.push(`answer ${fact}: ${before} and ${payload} were taken`);
    facts.answers.set(fact, payload);
  }
}
