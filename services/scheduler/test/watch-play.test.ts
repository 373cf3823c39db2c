// Watching a play: first what is known, page by page, then each change as it happens, until the play has ended.

import { topics } from '@hero-logic/platform';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { WatchPlayResponse } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness, RunOutcome } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

function addSpans(playSid: string, from: number, to: number): void {
  const known = h.spans.get(playSid) ?? [];
  for (let seq = from; seq <= to; seq++) known.push({ spanId: `s${seq}`, seq });
  h.spans.set(playSid, known);
  h.signals.publish(topics.spans(playSid));
}

function watch(playSid: string, afterSeq = 0n) {
  const messages = h.plays.watchPlay({ playSid, afterSeq })[Symbol.asyncIterator]();
  return async (): Promise<WatchPlayResponse> => (await messages.next()).value as WatchPlayResponse;
}

test('a watch tells what is known in pages, then the changes, and ends with the play', async () => {
  h = createHarness();
  const { sid } = await h.start();
  addSpans(sid, 1, 2500);
  const next = watch(sid);
  const first = await next();
  expect(first.play).toMatchObject({ sid, status: PlayStatus.PENDING, spans: [] });
  expect([first.spans.length, first.seq, first.caughtUp]).toEqual([1000, 1000n, false]);
  const pages = [await next(), await next()];
  expect(pages.map((m) => [m.spans.length, m.play, m.caughtUp])).toEqual([
    [1000, undefined, false],
    [500, undefined, true],
  ]);
  const { lease } = await h.claim();
  expect((await next()).play?.status).toBe(PlayStatus.RUNNING);
  addSpans(sid, 2501, 2502);
  const spans = await next();
  expect([spans.play, spans.spans.map((s) => s.spanId), spans.seq]).toEqual([undefined, ['s2501', 's2502'], 2502n]);
  await h.pause(lease, 'q');
  expect((await next()).play?.pendingResumes.map((r) => r.id)).toEqual(['q']);
  await h.report(lease, RunOutcome.SUCCESS, { outputData: '5' });
  expect((await next()).play).toMatchObject({ status: PlayStatus.SUCCESS, outputData: '5' });
  expect(await next()).toBeUndefined();
});

test('a watch of a finished play tells it once; exactly one page still ends with caught_up', async () => {
  h = createHarness();
  const { sid } = await h.start();
  addSpans(sid, 1, 1000);
  await h.plays.cancelPlay({ playSid: sid });
  const seen: boolean[] = [];
  for await (const message of h.plays.watchPlay({ playSid: sid })) seen.push(message.caughtUp);
  expect(seen).toEqual([false, true]);
  const later = watch(sid, 999n);
  expect((await later()).spans.map((s) => s.spanId)).toEqual(['s1000']);
  expect(await later()).toBeUndefined();
});

test('asked for once, it tells what is known in all its pages and ends, though the play goes on', async () => {
  h = createHarness();
  const { sid } = await h.start();
  addSpans(sid, 1, 1500);
  const seen: [number, boolean][] = [];
  for await (const { spans, caughtUp } of h.plays.watchPlay({ playSid: sid, once: true }))
    seen.push([spans.length, caughtUp]);
  expect(seen).toEqual([
    [1000, false],
    [500, true],
  ]);
  for await (const message of h.plays.watchPlay({ playSid: sid, afterSeq: 1500n, once: true }))
    expect(message).toMatchObject({ spans: [], play: { sid }, caughtUp: true });
});

test('many changes travel in few messages, and the first one at once', async () => {
  h = createHarness();
  const { sid } = await h.start();
  const next = watch(sid);
  await next();
  const begin = performance.now();
  let messages = 0;
  let seq = 0n;
  const reading = (async () => {
    while (seq < 300n) {
      const message = await next();
      messages += 1;
      seq = message.seq;
    }
  })();
  for (let i = 1; i <= 300; i++) {
    addSpans(sid, i, i);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await reading;
  expect(messages).toBeLessThanOrEqual(3 + (performance.now() - begin) / 45);
});

test('without the executor a reply has no spans but a warning, and a watch tells the play before it fails', async () => {
  h = createHarness();
  const { sid } = await h.start();
  addSpans(sid, 1, 1200);
  expect(await h.plays.getPlay({ playSid: sid })).toMatchObject({ spansOmitted: 200n, spanCount: 1200n, warnings: [] });
  h.executorState.down = true;
  const play = await h.plays.getPlay({ playSid: sid });
  expect(play.warnings).toEqual(['the spans could not be read at this moment']);
  expect((await h.plays.getPlay({ playSid: sid, withSpans: false })).warnings).toEqual([]);
  const next = watch(sid);
  expect((await next()).play?.sid).toBe(sid);
  expect((await failure(next())).reason).toBe('UNAVAILABLE');
});

test('lists are newest first, by status and words, page by page, without documents', async () => {
  h = createHarness({ workflows: [{ sid: 'w1', name: 'Grüße' }] });
  for (let i = 0; i < 5; i++) await h.start({ name: `play ${i}`, inputData: '{}' });
  await h.plays.cancelPlay({ playSid: (await h.plays.listPlays({ pageSize: 1 })).plays[0]?.sid ?? '' });
  const first = await h.plays.listPlays({ pageSize: 3 });
  expect(first.plays.map((p) => [p.name, p.inputData])).toEqual([
    ['play 4', ''],
    ['play 3', ''],
    ['play 2', ''],
  ]);
  const second = await h.plays.listPlays({ pageSize: 3, pageToken: first.nextPageToken });
  expect(second.plays.map((p) => p.name)).toEqual(['play 1', 'play 0']);
  expect(second.nextPageToken).toBe('');
  const found = await h.plays.listPlays({ filter: 'GRÜSSE 4'.replace('SS', 'ß'), status: [PlayStatus.CANCELLED] });
  expect(found.plays.map((p) => p.name)).toEqual(['play 4']);
  expect((await failure(h.plays.listPlays({ pageToken: 'x' }))).reason).toBe('INVALID_ARGUMENT');
});
