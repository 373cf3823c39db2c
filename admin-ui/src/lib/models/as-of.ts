// A play as it stood at a moment: what had not begun is not there, what had not ended is still open.

import type { Question } from './question.ts';
import type { Span } from './span.ts';

/** The span at that moment; undefined = it had not begun. */
export function spanAsOf(span: Span, at: number): Span | undefined {
  if (span.startMs === undefined || span.startMs > at) return undefined;
  if (span.endMs !== undefined && span.endMs <= at) return span;
  const outcome = span.kind === 'pause' ? 'awaiting_resume' : 'running';
  const attempts = span.attempts.filter((a) => (a.startMs ?? 0) <= at);
  return { ...span, status: outcome, outcome, endMs: undefined, error: undefined, attempts };
}

/** Questions that were open then. */
export function openAsOf(questions: readonly Question[], at: number): Question[] {
  return questions.filter(
    (q) => q.askedAt !== undefined && q.askedAt <= at && (q.answeredAt === undefined || q.answeredAt > at),
  );
}

/** "?t=" holds milliseconds since the epoch; anything else is now. */
export function momentOf(text: string): number | undefined {
  return /^\d{10,16}$/.test(text) ? Number(text) : undefined;
}
