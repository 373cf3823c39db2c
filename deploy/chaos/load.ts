// Plays that are started, answered and remembered while the mesh is disturbed: what was acknowledged is written down and asked for later.

import type { Mesh } from '@hero-logic/cli/testing/mesh';

export const FLOWS = {
  steps: `import time
from hero_tracing import flow

@flow
def part(i: int) -> str:
    time.sleep(0.1)
    return str(flow.uuid())

@flow(name="steps")
def steps() -> list:
    return [part(i) for i in range(12)]
`,
  asks: `from hero_tracing import ask_user, flow

@flow
def before() -> str:
    return str(flow.uuid())

@flow(name="asks")
def asks() -> list:
    return [before(), ask_user.text("What now", name="what"), ask_user.text("And then", name="then")]
`,
  naps: `from hero_tracing import flow

@flow
def before() -> str:
    return str(flow.uuid())

@flow(name="naps")
def naps() -> list:
    first = before()
    flow.sleep(12)
    return [first, before()]
`,
} as const;
export type FlowName = keyof typeof FLOWS;

export interface Remembered {
  readonly flow: FlowName;
  readonly sid: string;
  /** Acknowledged answers, by the name of their question. */
  readonly answers: Map<string, string>;
}

export interface PlayView {
  readonly sid: string;
  readonly status: string;
  readonly attempt: number;
  readonly output_data?: string;
  readonly error?: { readonly type: string; readonly message: string };
  readonly pending_resumes: readonly { readonly id: string; readonly name: string }[];
  readonly received_resumes: readonly { readonly name: string; readonly payload: string }[];
}

/** Starts plays and answers questions until it is stopped; everything is tried again, under its idempotency key. */
export function startLoad(mesh: Mesh, pauseMs: number) {
  const plays: Remembered[] = [];
  let isOver = false;
  let refused = 0;

  async function insist<T>(method: string, params: object): Promise<T> {
    for (;;) {
      try {
        return await mesh.rpc<T>(method, params);
      } catch (error) {
        if (!isPassing(error)) throw error;
        refused += 1;
        await pause(200);
      }
    }
  }

  async function begin(): Promise<void> {
    const flows = Object.keys(FLOWS) as FlowName[];
    for (let i = 0; !isOver; i++) {
      const flow = flows[i % flows.length] as FlowName;
      const { sid } = await insist<PlayView>('play_start', {
        ...{ workflow_name: flow, input_data: {}, idempotency_key: `load-${i}` },
      });
      plays.push({ flow, sid, answers: new Map() });
      await pause(pauseMs);
    }
  }

  async function answer(play: Remembered): Promise<void> {
    const found = await insist<PlayView>('play_status', { play_sid: play.sid, with_spans: false });
    for (const { id, name } of found.pending_resumes) {
      const payload = JSON.stringify(`${name} of ${play.sid}`);
      await insist('play_resume', { play_sid: play.sid, resume_id: id, payload_json: payload });
      play.answers.set(name, payload);
    }
  }

  async function answerAll(until: () => boolean): Promise<void> {
    while (!until()) {
      for (const play of plays) if (play.flow === 'asks' && play.answers.size < 2) await answer(play);
      await pause(300);
    }
  }

  const running = Promise.all([begin(), answerAll(() => isOver)]);
  return {
    plays,
    insist,
    refused: () => refused,
    /** Starts nothing more, and sees to it that every play can end. */
    async stop(): Promise<void> {
      isOver = true;
      await running;
      await answerAll(() => plays.every(({ flow, answers }) => flow !== 'asks' || answers.size === 2));
    },
  };
}

function isPassing(error: unknown): boolean {
  const { message } = error as Error;
  return /^(UNAVAILABLE|DEADLINE_EXCEEDED|INTERNAL|CANCELLED)/.test(message) || /fetch failed|JSON/.test(message);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
