// What is known of a watched play, folded from the changes of WatchPlay. A span met again replaces what was known of it; spans keep
// the place of their first appearance.

import { timeFromPb } from '@hero-logic/platform/client';
import type { Span } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import type { Play } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { spanKindWord, spanStatusWord } from '../core/words.ts';
import { clean } from '../text/width.ts';

export interface SpanView {
  readonly id: string;
  readonly parentId: string;
  readonly label: string;
  readonly kind: string;
  readonly status: string;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly attempt: number;
  readonly error: string;
  /** Sid of the play that it has started; empty = none. */
  readonly childPlaySid: string;
}

export interface PlayView {
  play: Play | undefined;
  readonly spans: Map<string, SpanView>;
  caughtUp: boolean;
}

export function createPlayView(): PlayView {
  return { play: undefined, spans: new Map(), caughtUp: false };
}

export interface Change {
  readonly play?: Play | undefined;
  readonly spans: readonly Span[];
  readonly caughtUp: boolean;
}

/** Takes the change in and gives the spans whose status is new, with what they were. */
export function applyChange(view: PlayView, change: Change): { now: SpanView; before: SpanView | undefined }[] {
  if (change.play !== undefined) view.play = change.play;
  if (change.caughtUp) view.caughtUp = true;
  const changed: { now: SpanView; before: SpanView | undefined }[] = [];
  for (const span of change.spans) {
    const before = view.spans.get(span.spanId);
    const now = spanView(span);
    view.spans.set(span.spanId, now);
    if (before?.status !== now.status || before.attempt !== now.attempt) changed.push({ now, before });
  }
  return changed;
}

export function spanView(span: Span): SpanView {
  return {
    id: span.spanId,
    parentId: span.parentId,
    label: clean(span.title || span.name || span.spanId),
    kind: spanKindWord(span.kind),
    status: spanStatusWord(span.status),
    startMs: timeFromPb(span.startMs),
    endMs: timeFromPb(span.endMs),
    attempt: span.attempt,
    error: span.error === undefined ? '' : clean(`${span.error.type}: ${span.error.message}`),
    childPlaySid: span.childPlaySid,
  };
}
