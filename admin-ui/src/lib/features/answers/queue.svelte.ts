// The list of questions as a person works through it: nothing moves under the pointer. New ones wait behind a counter, answered ones stay in
// their place until the list is shown anew.

import { questionLine } from '../../models/question.ts';
import type { OpenQuestion } from './open-questions.svelte.ts';

export interface Queued {
  readonly item: OpenQuestion;
  readonly gone: boolean;
}

export interface Queue {
  readonly fresh: number;
  /** What is open now. `reading` = there is more to come, so what is missing is not gone. */
  take(open: readonly OpenQuestion[], reading: boolean): void;
  drop(id: string): void;
  reveal(): void;
  show(words: string, sort: string): Queued[];
}

export function createQueue(): Queue {
  let shown = $state.raw<readonly Queued[]>([]);
  let held = $state.raw<readonly OpenQuestion[]>([]);
  let begun = false;

  return {
    get fresh() {
      return held.length;
    },
    take(open, reading) {
      const byId = new Map(open.map((o) => [o.id, o]));
      const known = new Set(shown.map((s) => s.item.id));
      const kept = shown.map((s) => ({
        item: byId.get(s.item.id) ?? s.item,
        gone: s.gone || (!reading && !byId.has(s.item.id)),
      }));
      const added = open.filter((o) => !known.has(o.id));
      if (begun && kept.some((k) => !k.gone)) {
        shown = kept;
        held = added;
      } else {
        shown = [...kept, ...added.map((item) => ({ item, gone: false }))];
        held = [];
        begun = shown.length > 0 && !reading;
      }
    },
    drop(id) {
      shown = shown.map((s) => (s.item.id === id ? { ...s, gone: true } : s));
    },
    reveal() {
      shown = [...shown.filter((s) => !s.gone), ...held.map((item) => ({ item, gone: false }))];
      held = [];
    },
    show: (words, sort) => shown.filter((s) => hasWords(s.item, words)).sort((a, b) => order(a.item, b.item, sort)),
  };
}

function hasWords({ play, question }: OpenQuestion, words: string): boolean {
  const text = `${play.workflowName} ${play.name} ${questionLine(question)} ${question.message}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((w) => text.includes(w));
}

function order(a: OpenQuestion, b: OpenQuestion, sort: string): number {
  const asked = (a.question.askedAt ?? 0) - (b.question.askedAt ?? 0);
  if (sort === 'newest') return -asked;
  const due = (o: OpenQuestion) => o.question.expiresAt ?? Number.MAX_SAFE_INTEGER;
  return sort === 'oldest' ? asked : due(a) - due(b) || asked;
}
