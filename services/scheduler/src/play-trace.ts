// The outermost span of a play's trace, from its creation to its end, with links to what it comes from. Its runs and steps are told by the
// executors that ran it.

import { type Log, otelSpanId, playSpanId, type TraceLink, type Tracing, traceIdOf } from '@hero-logic/platform';
import type { PlayWatcher } from './domain/commands/deps.ts';
import { isTerminal, type Play } from './domain/play.ts';

export interface PlayTracesDeps {
  readonly tracing: Tracing;
  readonly find: (sid: string) => Promise<Play | undefined>;
  readonly log: Log;
}

export function createPlayTraces({ tracing, find, log }: PlayTracesDeps): Pick<PlayWatcher, 'changed'> {
  async function tell(sid: string): Promise<void> {
    const play = await find(sid);
    if (play?.completedAt === undefined) return;
    tracing.record({
      traceId: traceIdOf(sid),
      spanId: playSpanId(sid),
      name: `play ${play.workflowName}`,
      startMs: play.createdAt,
      endMs: play.completedAt,
      attributes: attributesOf(play),
      links: linksOf(play),
      ...(play.status === 'success' ? {} : { error: play.error?.type ?? play.status }),
    });
  }
  return {
    changed({ sid, status }) {
      if (!isTerminal(status)) return;
      tell(sid).catch((error: unknown) => log.warn({ err: error, play_sid: sid }, 'the end of a play was not traced'));
    },
  };
}

function attributesOf(play: Play): Record<string, string | number> {
  return {
    'hero.play_sid': play.sid,
    'hero.workflow': play.workflowName,
    'hero.workflow_sid': play.workflowSid,
    'hero.version': play.versionNumber,
    'hero.status': play.status,
    'hero.attempts': play.attempt,
    'hero.running_ms': play.durationMs,
    'hero.waiting_ms': play.waitingMs,
    ...(play.trigger === '' ? {} : { 'hero.trigger': play.trigger }),
    ...(play.totalCostUsd === undefined ? {} : { 'hero.cost_usd': play.totalCostUsd }),
    ...(play.tokensPrompt === undefined ? {} : { 'gen_ai.usage.input_tokens': play.tokensPrompt }),
    ...(play.tokensCompletion === undefined ? {} : { 'gen_ai.usage.output_tokens': play.tokensCompletion }),
  };
}

function linksOf(play: Play): TraceLink[] {
  const to = (relation: string, playSid: string, spanId: string): TraceLink => ({
    traceId: traceIdOf(playSid),
    spanId: spanId === '' ? playSpanId(playSid) : otelSpanId(spanId),
    relation,
  });
  const [, traceId, spanId] = play.traceParent?.split('-') ?? [];
  return [
    ...(play.forkedFrom === undefined ? [] : [to('fork', play.forkedFrom.playSid, play.forkedFrom.spanId)]),
    ...(play.parentPlaySid === '' ? [] : [to('parent', play.parentPlaySid, play.parentSpanId)]),
    ...(traceId === undefined || spanId === undefined ? [] : [{ traceId, spanId, relation: 'trigger' }]),
  ];
}
