// The embedded store keeps the contract of PlayStore, and a change of state costs the same whatever the play carries.

import { createGroupCommit, openDatabase } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { expect, test } from 'vitest';
import { playAnswersConformance } from '../domain/play-answers.conformance.ts';
import { playFamiliesConformance } from '../domain/play-families.conformance.ts';
import { playGatesConformance } from '../domain/play-gates.conformance.ts';
import { lifeOf, NOW, playOf, questionOf } from '../domain/play-lives.conformance.ts';
import { playSearchConformance } from '../domain/play-search.conformance.ts';
import { playStoreConformance } from '../domain/play-store.conformance.ts';
import { createSqlitePlayStore } from './play-store.sqlite.ts';

async function create() {
  const dir = createTempDir();
  const db = openDatabase(`${dir.path}/plays.sqlite`);
  const commit = createGroupCommit(db);
  const close = async () => {
    commit.close();
    db.close();
    dir.remove();
  };
  return { db, store: createSqlitePlayStore({ db, commit }), close };
}

playStoreConformance('sqlite', create);
playAnswersConformance('sqlite', create);
playFamiliesConformance('sqlite', create);
playGatesConformance('sqlite', create);
playSearchConformance('sqlite', create);

test('a claim does not sort what is pending', async () => {
  const { db, close } = await create();
  const rows = db.all<{ detail: string }>(
    'EXPLAIN QUERY PLAN SELECT doc FROM plays INDEXED BY plays_ready WHERE stage = 4 ORDER BY rank, sid LIMIT 1',
  );
  expect(rows.map((row) => row.detail).join('; ')).not.toContain('TEMP B-TREE');
  await close();
});

test('a play with thousands of answered pauses changes as fast as a new one', async () => {
  const { store, close } = await create();
  const life = lifeOf(store);
  await life.add(playOf('p1'));
  const [claimed] = await life.claim();
  const token = claimed?.lease.token ?? '';
  const round = async (from: number, count: number) => {
    const begin = performance.now();
    for (let i = from; i < from + count; i += 100) {
      const ids = Array.from({ length: 100 }, (_, k) => `q${i + k}`);
      await Promise.all(ids.map((id) => life.record('p1', token, questionOf(id))));
      await Promise.all(ids.map((id) => life.answer('p1', id, JSON.stringify('x'.repeat(1000)))));
    }
    return performance.now() - begin;
  };
  const first = await round(0, 1000);
  await round(1000, 8000);
  const last = await round(9000, 1000);
  expect(last).toBeLessThan(first * 4 + 200);
  expect(await life.report('p1', token, 'awaiting_resume', NOW)).toBe('pending');
  const [again] = await life.claim();
  expect(again?.answers).toHaveLength(10_000);
  expect(again?.answers.at(-1)).toMatchObject({ id: 'q9999' });
  await close();
});

test('a parent of ten thousand children is woken once, and each answer costs the same', async () => {
  const { store, close } = await create();
  const life = lifeOf(store);
  await life.add(playOf('p1'));
  const token = (await life.claim())[0]?.lease.token ?? '';
  const ids = Array.from({ length: 10_000 }, (_, i) => `c${i}`);
  const portions = Array.from({ length: 100 }, (_, i) => ids.slice(i * 100, i * 100 + 100));
  for (const some of portions) await Promise.all(some.map((id) => life.spawn('p1', token, id, { group: 'g' })));
  expect(await life.report('p1', token, 'awaiting_resume')).toBe('awaiting_resume');
  const times: number[] = [];
  for (const some of portions) {
    expect((await store.find('p1'))?.status).toBe('awaiting_resume');
    await Promise.all(some.map((id) => life.cancel(`p1.${id}`)));
    const begin = performance.now();
    await Promise.all(some.map((id) => life.tell(`p1.${id}`)));
    times.push(performance.now() - begin);
  }
  const sum = (part: number[]) => part.reduce((a, b) => a + b, 0);
  expect(sum(times.slice(-20))).toBeLessThan(sum(times.slice(0, 20)) * 4 + 200);
  const [again] = await life.claim();
  expect(again?.play).toMatchObject({ sid: 'p1', attempt: 2 });
  expect(again?.answers).toHaveLength(10_000);
  await close();
}, 60_000);
