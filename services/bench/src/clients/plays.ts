// Plays and their spans, as benchmarks see them.

import { createClient, type Transport } from '@connectrpc/connect';
import { isHeroError, toHeroError, writePrincipal } from '@hero-logic/platform';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { type Play, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlayService, WaitUntil } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { GOES_ON, type RunStatus } from '../domain/benchmark.ts';
import type { PlayOutcome, Plays } from '../domain/ports.ts';

const TAG = 'benchmark';
const WAIT_MS = 60_000n;
const PAGE = 5000;
/** A prefilled play that met a pause without an answer. */
const UNANSWERED = 'PlayRefused';

const ENDED: Partial<Record<PlayStatus, RunStatus>> = {
  [PlayStatus.SUCCESS]: 'success',
  [PlayStatus.FAILED]: 'failed',
  [PlayStatus.CANCELLED]: 'failed',
  [PlayStatus.TIMED_OUT]: 'timeout',
};

export function createPlays(options: { readonly scheduler: Transport; readonly executor: Transport }): Plays {
  const plays = createClient(PlayService, options.scheduler);
  const spans = createClient(SpanService, options.executor);

  async function settled(playSid: string, abort: AbortSignal): Promise<Play> {
    for (;;) {
      const play = await plays.waitPlay({ playSid, timeoutMs: WAIT_MS, until: WaitUntil.SETTLED }, { signal: abort });
      if (ENDED[play.status] !== undefined || play.pendingResumes.length > 0) return play;
    }
  }

  async function cancel(playSid: string, reason: string): Promise<void> {
    await plays.cancelPlay({ playSid, reason });
  }

  async function outcome(playSid: string, abort: AbortSignal): Promise<PlayOutcome> {
    const play = await settled(playSid, abort).catch(async (error: unknown) => {
      const isGivenUp = abort.aborted && abort.reason !== GOES_ON;
      if (isGivenUp) await cancel(playSid, 'the benchmark was stopped').catch(() => {}); // it may have ended meanwhile
      throw toHeroError(error);
    });
    const question = play.pendingResumes[0];
    if (question === undefined) return outcomeOf(play);
    await cancel(playSid, `a benchmark has no answer to "${question.name}"`);
    return {
      ...outcomeOf(play),
      status: 'paused',
      error: `it asked "${question.name}", and the example has no answer`,
    };
  }

  return {
    async start({ workflowSid, versionSid, exampleSid, key, benchmarkSid }) {
      const started = await plays.startPlay({
        workflow: { case: 'workflowSid', value: workflowSid },
        versionSid,
        exampleSid,
        idempotencyKey: key,
        tags: { [TAG]: benchmarkSid },
        trigger: `benchmark ${benchmarkSid}`,
      });
      return started.sid;
    },
    outcome,
    cancel,
    async call({ flow, namespace, inputData, key }, abort) {
      const headers = new Headers();
      writePrincipal(headers, { name: '', role: 'service', namespace });
      const request = {
        workflow: { case: 'workflowName', value: flow },
        inputData,
        idempotencyKey: key,
        tags: { [TAG]: 'helper' },
        trigger: 'benchmark',
      } as const;
      const { sid } = await plays.startPlay(request, { headers });
      const ended = await outcome(sid, abort);
      const output = ended.status === 'success' ? ended.output : undefined;
      return { playSid: sid, output, error: ended.error, costUsd: ended.costUsd };
    },
    async retries(playSid) {
      let retries = 0;
      for (let afterSeq = 0n; ; ) {
        const page = await spans.listSpans({ playSid, afterSeq, pageSize: PAGE, skeleton: true });
        for (const span of page.spans) retries += Math.max(0, span.attempt - 1);
        if (page.spans.length < PAGE) return retries;
        afterSeq = page.nextSeq;
      }
    },
    async recent(versionSid, limit) {
      try {
        const status = [PlayStatus.SUCCESS, PlayStatus.FAILED, PlayStatus.TIMED_OUT];
        const page = await plays.listPlays({ versionSid, status, pageSize: 1000 });
        return page.plays
          .filter((play) => play.tags[TAG] === undefined)
          .slice(0, limit)
          .map((play) => ({
            succeeded: play.status === PlayStatus.SUCCESS,
            durationMs: Number(play.durationMs),
            costUsd: play.totalCostUsd,
          }));
      } catch (error) {
        // The benchmarks alone are enough to choose by.
        if (isHeroError(toHeroError(error), 'UNAVAILABLE')) return [];
        throw toHeroError(error);
      }
    },
  };
}

function outcomeOf(play: Play): PlayOutcome {
  const isUnanswered = play.error?.type === UNANSWERED;
  return {
    playSid: play.sid,
    status: isUnanswered ? 'paused' : (ENDED[play.status] ?? 'failed'),
    output: play.outputData === '' ? 'null' : play.outputData,
    durationMs: Number(play.durationMs),
    costUsd: play.totalCostUsd,
    tokensPrompt: play.tokensPrompt === undefined ? undefined : Number(play.tokensPrompt),
    tokensCompletion: play.tokensCompletion === undefined ? undefined : Number(play.tokensCompletion),
    error: play.error === undefined ? '' : `${play.error.type}: ${play.error.message}`,
  };
}
