/**
 * A run of a play as spans of the play's trace: one for the run, and one for each span of the play that ended in it.
 *
 * - A step whose recorded output was reused is not told again: the run links to the span that was told when the step really ran.
 * - A span that goes on after a pause is told once, by the run in which it ends, from its first beginning on.
 * - A call through `instrument` that a replay makes again is a span of its own, linked to the first one. Any other body that is no
 *   recorded step and runs again is told again under the same id.
 * - What a fork has kept stays in the trace of the original.
 * - Inputs, outputs, logs and tracebacks are never part of a trace; tags are, cut.
 */

import {
  type Clock,
  otelSpanId,
  playSpanId,
  runSpanId,
  type TraceLink,
  type TraceSpan,
  type Tracing,
  traceIdOf,
} from '@hero-logic/platform';
import { isOpen, type Span } from './domain/span.ts';
import type { EndedRun, RunWatcher } from './run/run-watcher.ts';

const MAX_SPANS = 5000;
const MAX_LINKS = 128;
const MAX_TEXT = 256;

export function createPlayTraces(deps: {
  readonly tracing: Tracing;
  readonly clock: Clock;
  readonly executorId: string;
}): RunWatcher {
  return {
    ended(run) {
      for (const span of traceOf(run, { now: deps.clock.now(), executorId: deps.executorId }))
        deps.tracing.record(span);
    },
  };
}

function traceOf(run: EndedRun, about: { readonly now: number; readonly executorId: string }): TraceSpan[] {
  const { playSid, workflowName, attempt } = run.claim;
  const traceId = traceIdOf(playSid);
  const runId = runSpanId(playSid, attempt);
  const told: TraceSpan[] = [];
  const links: TraceLink[] =
    attempt > 1 ? [{ traceId, spanId: runSpanId(playSid, attempt - 1), relation: 'earlier run' }] : [];
  let leftOut = 0;
  let replayed = 0;
  for (const span of run.spans) {
    if (span.status === 'replayed') {
      replayed += 1;
      if (links.length < MAX_LINKS) links.push({ traceId, spanId: otelSpanId(span.spanId), relation: 'replayed' });
    } else if (!endedIn(span, run.startedAtMs)) {
      // It goes on, or another run has told it.
    } else if (told.length >= MAX_SPANS) leftOut += 1;
    else told.push(spanOf(span, { playSid, traceId, attempt }));
  }
  const { outcome, error } = run.decision;
  const whole: TraceSpan = {
    traceId,
    spanId: runId,
    parentSpanId: playSpanId(playSid),
    name: `run ${attempt} of ${workflowName}`,
    startMs: run.startedAtMs,
    endMs: Math.max(run.startedAtMs, about.now),
    attributes: {
      'hero.play_sid': playSid,
      'hero.attempt': attempt,
      'hero.outcome': outcome,
      'hero.executor': about.executorId,
      'hero.steps_replayed': replayed,
      'hero.spans_left_out': leftOut,
    },
    links,
    ...(error === undefined ? {} : { error: error.type }),
  };
  return [whole, ...told];
}

function endedIn(span: Readonly<Span>, startedAtMs: number): boolean {
  if (span.copied !== undefined && span.copied !== 'frame') return false;
  if (isOpen(span.status) || span.status === 'awaiting_resume') return false;
  return span.endMs !== undefined && span.endMs >= startedAtMs;
}

interface Place {
  readonly playSid: string;
  readonly traceId: string;
  /** Of the run. */
  readonly attempt: number;
}

function spanOf(span: Readonly<Span>, { playSid, traceId, attempt }: Place): TraceSpan {
  const child = span.childPlaySid;
  const spanId = otelSpanId(span.spanId);
  const isAgain = span.kind === 'rpc' && span.runs > 1;
  const links: TraceLink[] = isAgain ? [{ traceId, spanId, relation: 'earlier run' }] : [];
  if (child !== undefined) links.push({ traceId: traceIdOf(child), spanId: playSpanId(child), relation: 'child' });
  return {
    traceId,
    spanId: isAgain ? otelSpanId(`${span.spanId}|${attempt}`) : spanId,
    parentSpanId: span.parentId === '' ? playSpanId(playSid) : otelSpanId(span.parentId),
    name: cut(span.title === '' ? span.name : span.title),
    startMs: (isAgain ? span.attempts.at(-1)?.startMs : span.beganMs) ?? span.startMs,
    endMs: span.endMs ?? span.startMs,
    attributes: { ...tagsOf(span), ...modelOf(span), ...attributesOf(span) },
    ...(span.error === undefined ? {} : { error: cut(`${span.error.type}: ${span.error.message}`) }),
    links,
    events: span.attempts.flatMap(({ attempt, endMs, error }) =>
      error === undefined || endMs === undefined
        ? []
        : [
            {
              name: 'attempt failed',
              atMs: endMs,
              attributes: { 'hero.attempt': attempt, 'exception.type': error.type },
            },
          ],
    ),
  };
}

function attributesOf(span: Readonly<Span>): Record<string, string | number> {
  return {
    'hero.span_kind': span.kind,
    'hero.status': span.status,
    'hero.name': cut(span.name),
    ...(span.runs > 1 ? { 'hero.runs': span.runs } : {}),
    ...(span.sourceFile === '' ? {} : { 'code.file.path': span.sourceFile, 'code.line.number': span.sourceLine }),
    ...(span.rpcService === '' ? {} : { 'rpc.service': span.rpcService, 'rpc.method': span.rpcMethod }),
  };
}

/** The names that OpenTelemetry gives what is known of a call of a model. */
function modelOf({ tags }: Readonly<Span>): Record<string, string | number> {
  const names: [tag: string, attribute: string][] = [
    ['model', 'gen_ai.request.model'],
    ['tokens_prompt', 'gen_ai.usage.input_tokens'],
    ['tokens_completion', 'gen_ai.usage.output_tokens'],
    ['cost_usd', 'hero.cost_usd'],
  ];
  const known = names.flatMap(([tag, attribute]): [string, string | number][] => {
    const value = tags[tag];
    return typeof value === 'string' || typeof value === 'number' ? [[attribute, value]] : [];
  });
  const isModelCall = known.some(([attribute]) => attribute.startsWith('gen_ai.'));
  return { ...(isModelCall ? { 'gen_ai.operation.name': 'chat' } : {}), ...Object.fromEntries(known) };
}

function tagsOf({ tags }: Readonly<Span>): Record<string, string | number | boolean> {
  const plain = Object.entries(tags)
    .slice(0, 32)
    .flatMap(([name, value]): [string, string | number | boolean][] => {
      if (typeof value === 'string') return [[`hero.tag.${cut(name)}`, cut(value)]];
      return typeof value === 'number' || typeof value === 'boolean' ? [[`hero.tag.${cut(name)}`, value]] : [];
    });
  return Object.fromEntries(plain);
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT).toWellFormed()}…`;
}
