// What earlier plays came to after each answer to the same question.

import { quantile } from './flow-stats.ts';
import { duration } from './format.ts';
import type { Play } from './play.ts';
import { label, type Span } from './span.ts';
import { isBad, isEnded } from './status.ts';

export interface PastAnswers {
  /** By the JSON text of the answer: share, time from the answer to the end, failures. */
  readonly hints: ReadonlyMap<string, string>;
  /** Answers that were counted. */
  readonly n: number;
}

/** Of each answer, the newest play that got it: what ran after it is what will run, as far as anyone knows. */
export function newestByAnswer(plays: readonly Play[], name: string): Map<string, { play: Play; at: number }> {
  const found = new Map<string, { play: Play; at: number }>();
  for (const play of plays) {
    for (const { name: asked, answerText, answeredAt } of play.answered) {
      const key = normal(answerText);
      if (asked === name && answerText !== '' && answeredAt !== undefined && !found.has(key))
        found.set(key, { play, at: answeredAt });
    }
  }
  return found;
}

const NAMED = 4;

/** "then Find the words, Send it and 3 more": the outermost steps that began after the answer, each name once. */
export function stepsAfter(spans: readonly Span[], at: number): string {
  const later = spans.filter((s) => s.kind !== 'root' && (s.startMs ?? 0) >= at);
  const inner = new Set(later.map((s) => s.id));
  const titles = [...new Set(later.filter((s) => !inner.has(s.parentId)).map(label))];
  if (titles.length === 0) return 'then it ended';
  const more = titles.length - NAMED;
  return `then ${titles.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** From ended plays with their answers; `name` is the name of the pause. */
export function pastAnswers(plays: readonly Play[], name: string): PastAnswers {
  const byAnswer = new Map<string, { ms: number; failed: boolean }[]>();
  let n = 0;
  for (const play of plays) {
    if (!isEnded(play.status)) continue;
    for (const answer of play.answered) {
      if (answer.name !== name || answer.answerText === '') continue;
      n++;
      const key = normal(answer.answerText);
      const list = byAnswer.get(key) ?? [];
      list.push({
        ms: (play.completedAt ?? 0) - (answer.answeredAt ?? play.completedAt ?? 0),
        failed: isBad(play.status),
      });
      byAnswer.set(key, list);
    }
  }
  const hints = new Map<string, string>();
  for (const [key, list] of byAnswer) {
    const failed = list.filter((l) => l.failed).length;
    const median =
      quantile(
        list.map((l) => Math.max(0, l.ms)),
        0.5,
      ) ?? 0;
    hints.set(
      key,
      `${Math.round((100 * list.length) / n)} % of ${n}, over after ${duration(median)}, ${failed === 0 ? 'none' : failed} of ${list.length} failed`,
    );
  }
  return { hints, n };
}

function normal(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
