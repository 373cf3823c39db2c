// What the page says of a play besides its tree: repeats, filter, story, cause, the state at a moment, time without idling, the critical path.

import { expect, test } from 'vitest';
import { momentOf, openAsOf, spanAsOf } from './as-of.ts';
import { causeOf } from './cause.ts';
import { criticalPath } from './critical-path.ts';
import type { Play } from './play.ts';
import type { Question } from './question.ts';
import type { Span } from './span.ts';
import { spanFilterOf } from './span-filter.ts';
import { SpanStore } from './span-store.ts';
import { storyOf } from './story.ts';
import { idleStretches, ticksOf, timeScale } from './time-scale.ts';

function span(id: string, parentId: string, from: number, to: number | undefined, more: Partial<Span> = {}): Span {
  const status = more.status ?? 'ok';
  const base = {
    name: id,
    title: '',
    kind: 'step',
    attempt: 1,
    attempts: [],
    runs: 1,
    replays: 0,
    tags: {},
    error: undefined,
  };
  return {
    ...base,
    id,
    parentId,
    seq: BigInt(from + 1),
    status,
    outcome: status,
    startMs: from,
    endMs: to,
    rpc: '',
    childPlaySid: '',
    file: '',
    line: 0,
    ...more,
  } as Span;
}
const failure = { type: 'KeyError', message: "'po'", traceback: '' };
const twice = [{ number: 1 }, { number: 2 }] as unknown as Span['attempts'];

function sample(): SpanStore {
  const store = new SpanStore();
  store.apply([
    span('root', '', 0, 9000, { title: 'Approve invoices', status: 'failed' }),
    ...Array.from({ length: 30 }, (_, i) =>
      span(`r${i}`, 'root', 10 + i, 1000, {
        name: 'read',
        title: 'Read',
        line: 4,
        ...(i === 7 ? { status: 'failed', error: failure, endMs: 500 } : {}),
        ...(i === 9 ? { attempts: twice } : {}),
      }),
    ),
    span('ask', 'root', 1000, 7000, { kind: 'pause', title: 'Which?' }),
    span('book', 'root', 7000, 9000, { title: 'Book it', status: 'failed', error: failure }),
  ]);
  return store;
}
const play = {
  answered: [{ spanId: 'ask', title: 'Which tone?', answerText: '"warm"', answeredBy: 'Ana' }],
  questions: [],
} as unknown as Play;

test('many equal steps are one row that still shows the one that failed; unfolding and revealing show all', () => {
  const store = sample();
  expect(
    store.rows().map((r) => [r.level, r.repeat === undefined ? r.span.id : `${r.children}× ${r.span.name}`]),
  ).toEqual([
    [1, 'root'],
    [2, '30× read'],
    [3, 'r7'],
    [2, 'ask'],
    [2, 'book'],
  ]);
  expect(store.rows()[1]).toMatchObject({ failedInside: 1, open: true });
  store.reveal('r20');
  expect(store.rows()).toHaveLength(34);
  store.setDepth(0);
  expect(store.rows().map((r) => r.span.id)).toEqual(['root', 'r0', 'r7', 'ask', 'book']);
  store.foldAll(false);
  expect(store.rows().map((r) => r.id)).toEqual(['root', 'many:root:step read 4', 'ask', 'book']);
  store.foldAll(true);
  expect(store.rows()).toHaveLength(33);
});

test('a filter keeps what fits with the way that leads to it', () => {
  const store = sample();
  const ids = (text: string) => {
    store.setFilter(spanFilterOf(text));
    return store.rows().map((r) => r.span.id);
  };
  expect(ids('status:failed READ')).toEqual(['root', 'r7']);
  expect(ids('took:>1.5s kind:step')).toEqual(['root', 'book']);
  expect(ids('status:retried')).toEqual(['root', 'r9']);
  expect(ids('nothing has this')).toEqual([]);
  expect(ids('')).toHaveLength(5);
});

test('the story says it in sentences, to a depth', () => {
  const { nodes } = sample();
  expect(storyOf(nodes, play, 0).map((s) => s.text)).toEqual(['Approve invoices failed because of a step inside']);
  expect(storyOf(nodes, play, 1).map((s) => [s.spanId, s.text])).toEqual([
    ['r7', 'Read, 30 times: 1 failed, 1 went well only when tried again'],
    ['ask', '“Which tone?” was answered by Ana: warm'],
    ['book', "Book it failed: KeyError: 'po'"],
  ]);
});

test('the cause is what failed first by itself', () => {
  const cause = causeOf(sample().nodes);
  expect([cause.first?.id, cause.others, cause.took, cause.hidden.map((s) => s.id)]).toEqual(['r7', 1, 1, ['r9']]);
});

test('at a moment, what had not begun is not there and what had not ended is open', () => {
  const ask = span('ask', '', 1000, 7000, { kind: 'pause' });
  expect(spanAsOf(ask, 999)).toBeUndefined();
  expect(spanAsOf(ask, 1500)).toMatchObject({ outcome: 'awaiting_resume', endMs: undefined });
  expect(spanAsOf(ask, 7000)).toBe(ask);
  expect(spanAsOf(span('b', '', 0, 9, { status: 'failed', error: failure }), 5)).toMatchObject({
    outcome: 'running',
    error: undefined,
  });
  const asked = { askedAt: 10, answeredAt: 20 } as Question;
  expect([9, 10, 20].map((t) => openAsOf([asked], t).length)).toEqual([0, 1, 0]);
  expect([momentOf('1700000000000'), momentOf('x'), momentOf('')]).toEqual([1700000000000, undefined, undefined]);
});

test('time in which nobody worked is squeezed, and places stay in order', () => {
  const spans = sample().all();
  const idle = idleStretches(spans, 0, 9000);
  expect(idle).toEqual([{ from: 1000, to: 7000, idle: true }]);
  const scale = timeScale(0, 9000, idle);
  expect(scale.idleMs).toBe(6000);
  expect([0, 1000, 7000, 9000].map((t) => Number(scale.at(t).toFixed(2)))).toEqual([0, 0.32, 0.36, 1]);
  expect(timeScale(0, 100, []).at(50)).toBe(0.5);
  expect(ticksOf(scale).map(({ afterMs }) => afterMs)).toEqual([0, 500, 1000, 7500, 8000, 8500]);
  const days = ticksOf(timeScale(50, 50 + 40 * 86_400_000, []));
  expect(days.map(({ afterMs }) => afterMs / 86_400_000)).toEqual([0, 5, 10, 15, 20, 25, 30, 35]);
});

test('the critical path is what the end waited for', () => {
  const store = new SpanStore();
  store.apply([
    span('root', '', 0, 100),
    span('fast', 'root', 0, 40),
    span('slow', 'root', 0, 60),
    span('last', 'root', 60, 100),
    span('inner', 'last', 70, 90),
  ]);
  expect([...criticalPath(store.nodes, 100)].sort()).toEqual(['inner', 'last', 'root', 'slow']);
});
