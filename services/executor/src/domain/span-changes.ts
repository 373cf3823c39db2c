// What a start makes of a span, first, again, or from memory; and how tags merge.

import type { SpanStart, Tags } from './play-event.ts';
import type { Span } from './span.ts';

const MAX_TAGS = 200;

/** A span as it starts; `isParentKnown`: its parent is a span of this play, or nobody asks (only a root can have another's). */
export function newSpan(event: SpanStart, isParentKnown: boolean): Span {
  const span: Span = {
    spanId: event.spanId,
    // The root of a spawned play names the caller's span, which is another play's.
    parentId: event.kind === 'flow_root' && !isParentKnown ? '' : event.parentId,
    name: event.name,
    title: event.title ?? '',
    kind: event.kind,
    status: 'running',
    attempt: event.attempt,
    attempts: event.attempts ?? [],
    runs: 1,
    replays: 0,
    startMs: event.atMs,
    tags: Object.create(null) as Record<string, unknown>,
    rpcService: event.rpcService,
    rpcMethod: event.rpcMethod,
    sourceFile: event.sourceFile,
    sourceLine: event.sourceLine,
  };
  mergeTags(span, event.tags);
  return span;
}

/** A memo hit. */
export function replaySpan(span: Span, event: SpanStart): void {
  span.status = 'replayed';
  span.replays += 1;
  // The process died between the durable output and the end of the span: all that is known is that it went well.
  span.endMs ??= Math.max(event.atMs, span.startMs);
  span.error = undefined;
}

/** A further attempt in the same run, or the body runs again. */
export function restartSpan(span: Span, event: SpanStart, isFurtherAttempt: boolean): void {
  if (span.runs === 0 && span.replays === 0 && span.copied === undefined) span.startMs = event.atMs;
  if (!isFurtherAttempt) span.runs += 1;
  if (span.copied === 'place') span.startMs = event.atMs;
  if (span.copied === 'frame') span.beganMs = event.atMs;
  span.copied = undefined;
  span.status = 'running';
  span.endMs = undefined;
  span.error = undefined;
  span.attempt = event.attempt;
  span.attempts = event.attempts ?? (isFurtherAttempt ? span.attempts : []);
  if (event.name !== '') span.name = event.name;
  if (event.title !== undefined) span.title = event.title;
  if (event.sourceLine > 0) Object.assign(span, { sourceFile: event.sourceFile, sourceLine: event.sourceLine });
  mergeTags(span, event.tags);
}

export function mergeTags(span: Span, tags: Tags | undefined): void {
  if (tags === undefined) return;
  let room = MAX_TAGS - Object.keys(span.tags).length;
  for (const key of Object.keys(tags)) {
    if (!Object.hasOwn(span.tags, key) && room-- <= 0) continue;
    span.tags[key] = tags[key];
  }
}
