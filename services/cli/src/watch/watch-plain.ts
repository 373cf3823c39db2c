// Watching without a terminal: one line per change of a status, nothing is drawn over. Stops when the play has ended or waits for an
// answer. With JSON output every change is one line of JSON.

import { WatchPlayResponseSchema } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { Context } from '../core/context.ts';
import { toJson } from '../core/to-json.ts';
import { isSettled, playStatusWord } from '../core/words.ts';
import { duration } from '../text/duration.ts';
import { statusLook } from '../text/style.ts';
import { followPlay } from './follow-play.ts';
import { applyChange, createPlayView, type PlayView, type SpanView } from './play-view.ts';

export async function watchPlain(context: Context, playSid: string): Promise<'settled' | 'left'> {
  const { io, clock, json } = context;
  const view = createPlayView();
  const stop = new AbortController();
  const signal = AbortSignal.any([context.interrupted(), stop.signal]);
  let status = '';
  const onLost = () => io.err('connection lost, trying again …\n');
  for await (const change of followPlay({ plays: context.clients.plays, playSid, clock, signal, onLost })) {
    const spans = applyChange(view, change);
    if (json) io.out(`${JSON.stringify(toJson(WatchPlayResponseSchema, change))}\n`);
    else {
      for (const { now } of spans) io.out(`${spanLine(now, view)}\n`);
      const word = change.play === undefined ? status : playStatusWord(change.play.status);
      if (word !== status) io.out(`${statusLook(word).icon} play ${word}\n`);
      status = word;
    }
    if (view.caughtUp && view.play !== undefined && isSettled(view.play) && isWaiting(view)) stop.abort();
  }
  return context.interrupted().aborted ? 'left' : 'settled';
}

function isWaiting(view: PlayView): boolean {
  return view.play !== undefined && view.play.completedAt === undefined && view.play.pendingResumes.length > 0;
}

/** "✓ ok main › load  12 ms". */
function spanLine(span: SpanView, view: Pick<PlayView, 'spans'>): string {
  const took = span.startMs === undefined || span.endMs === undefined ? '' : `  ${duration(span.endMs - span.startMs)}`;
  const attempt = span.attempt > 1 ? ` (attempt ${span.attempt})` : '';
  const error = span.error === '' ? '' : `  ${span.error}`;
  return `${statusLook(span.status).icon} ${span.status} ${pathOf(span, view)}${attempt}${took}${error}`;
}

function pathOf(span: SpanView, view: Pick<PlayView, 'spans'>): string {
  const labels = [span.label];
  const seen = new Set([span.id]);
  for (let up = view.spans.get(span.parentId); up !== undefined && !seen.has(up.id); up = view.spans.get(up.parentId)) {
    seen.add(up.id);
    labels.unshift(up.label);
  }
  return labels.join(' › ');
}
