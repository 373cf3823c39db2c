// The executor's records as the scheduler copies and replays them.

import { createClient, type Transport } from '@connectrpc/connect';
import { timeFromPb, toHeroError } from '@hero-logic/platform';
import { ReplayService } from '@hero-logic/proto/herologic/executor/v1/replay_service_pb';
import type { Replays } from '../domain/replays.ts';

const COPY_MS = 60_000;
/** A dry replay runs for a minute at most, and may have to wait for others before it. */
const REPLAY_MS = 150_000;

export function createReplays(executor: Transport): Replays {
  const client = createClient(ReplayService, executor);
  return {
    async copy(copy) {
      const reply = await called(
        client.copyRecord(
          { ...copy, setOutputs: { ...copy.setOutputs }, askingSpanIds: [...copy.askingSpanIds] },
          { timeoutMs: COPY_MS },
        ),
      );
      return {
        beganAt: timeFromPb(reply.beganAt) ?? 0,
        spans: Number(reply.spans),
        askedBefore: new Set(reply.askedBefore),
      };
    },
    async dryReplay(replay, abort) {
      const request = { ...replay, answers: replay.answers.map((answer) => ({ ...answer })) };
      const reply = await called(client.dryReplay(request, { timeoutMs: REPLAY_MS, signal: abort }));
      const { expected, met, sourceFile, sourceLine, divergence, reached } = reply;
      const counts = { stepsMatched: Number(reply.stepsMatched), stepsRecorded: Number(reply.stepsRecorded) };
      return { ...counts, expected, met, sourceFile, sourceLine, divergence, reached };
    },
  };
}

// Its failures are those of the call that needed it: NOT_FOUND stays NOT_FOUND.
async function called<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw toHeroError(error);
  }
}
