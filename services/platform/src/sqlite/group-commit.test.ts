// Contract: a write resolves only when durable; works of one turn share one commit; a work that throws is undone alone; order is kept;
// a failed commit rejects all of its works; nothing is accepted after close.

import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createTempDir } from '../testing/index.ts';
import { type Database, migrate, openDatabase, type Sql } from './database.ts';
import { createGroupCommit } from './group-commit.ts';

const dir = createTempDir();
let db: Database;

beforeEach(() => {
  db = openDatabase(`${dir.path}/t.sqlite`);
  db.exec('DROP TABLE IF EXISTS t; CREATE TABLE t (k TEXT PRIMARY KEY)');
});
afterEach(() => db.close());

const keys = () => db.all<{ k: string }>('SELECT k FROM t ORDER BY rowid').map((r) => r.k);

it('commits the works of one turn together and in order', async () => {
  const commit = createGroupCommit(db);
  const done = await Promise.all(
    ['a', 'b', 'c'].map((k) => commit.write((sql) => sql.run('INSERT INTO t VALUES (?)', k).changes)),
  );
  expect(done).toEqual([1, 1, 1]);
  expect(keys()).toEqual(['a', 'b', 'c']);
  expect(commit.stats()).toEqual({ commits: 1, works: 3 });
});

it('waits a moment for more of a crowd, and for nobody else', async () => {
  const commit = createGroupCommit(db);
  const put = (k: string) => commit.write((sql) => sql.run('INSERT INTO t VALUES (?)', k));
  const turns = async (n: number) => {
    for (let i = 0; i < n; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  commit.expect(100);
  await Promise.all([put('a'), put('b')]);
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const late = [put('c')];
  await turns(3);
  late.push(put('d'));
  vi.advanceTimersByTime(1);
  await Promise.all(late);
  expect(commit.stats()).toEqual({ commits: 2, works: 4 });
  commit.expect(1);
  const alone = [put('e')];
  await turns(4);
  alone.push(put('f'));
  await Promise.all(alone);
  expect(commit.stats()).toEqual({ commits: 4, works: 6 });
});

it('counts a work as so many as it was of', async () => {
  const commit = createGroupCommit(db);
  let writers = 0;
  const work = commit.write(
    () => (writers = 3),
    () => writers,
  );
  await Promise.all([work, commit.write(() => 1)]);
  expect(commit.stats()).toEqual({ commits: 1, works: 4 });
});

it('undoes a work that throws, and only that one', async () => {
  const commit = createGroupCommit(db);
  const results = await Promise.allSettled([
    commit.write((sql) => sql.run('INSERT INTO t VALUES (?)', 'a')),
    commit.write((sql) => {
      sql.run('INSERT INTO t VALUES (?)', 'lost');
      throw new Error('no');
    }),
    commit.write((sql) => sql.run('INSERT INTO t VALUES (?)', 'b')),
  ]);
  expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(keys()).toEqual(['a', 'b']);
  const alone = commit.write((sql) => {
    sql.run('INSERT INTO t VALUES (?)', 'lost');
    throw new Error('alone');
  });
  await expect(alone).rejects.toThrow('alone');
  expect(keys()).toEqual(['a', 'b']);
});

it('rejects every work when the commit cannot begin, and goes on afterwards', async () => {
  const commit = createGroupCommit(db);
  db.exec('BEGIN');
  const failed = await Promise.allSettled([commit.write(() => 1), commit.write(() => 2)]);
  expect(failed.map((r) => r.status)).toEqual(['rejected', 'rejected']);
  await expect(commit.write(() => 3)).resolves.toBe(3);
});

it('commits what is queued on close and refuses what comes later', async () => {
  const commit = createGroupCommit(db);
  const last = commit.write((sql) => sql.run('INSERT INTO t VALUES (?)', 'last'));
  commit.close();
  await last;
  expect(keys()).toEqual(['last']);
  await expect(commit.write(() => 1)).rejects.toThrow('closed');
});

it('migrates each service forward once and refuses newer data', () => {
  migrate(db, 'x', ['CREATE TABLE m1 (a)']);
  migrate(db, 'x', ['CREATE TABLE m1 (a)', 'CREATE TABLE m2 (a)']);
  expect(() => migrate(db, 'x', [])).toThrow(/newer version of x/);
  expect(() => migrate(db, 'y', ['CREATE TABLE'])).toThrow();
  migrate(db, 'y', ['CREATE TABLE y1 (a)']);
  db.exec('DROP TABLE m1; DROP TABLE m2; DROP TABLE y1; DROP TABLE schema_version');
});

it('says that the disk is full, to every work of the transaction, and goes on when there is room', async () => {
  const commit = createGroupCommit(db);
  const pages = db.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0;
  db.exec(`PRAGMA max_page_count = ${pages}`);
  const big = (k: string) => commit.write((sql) => sql.run('INSERT INTO t VALUES (?)', k.repeat(100_000)));
  const full = { reason: 'UNAVAILABLE', message: expect.stringContaining('disk that holds the data is full') };
  await expect(big('a')).rejects.toMatchObject(full);
  const small = commit.write((sql) => sql.run('INSERT INTO t VALUES (?)', 'small'));
  const together = await Promise.allSettled([small, big('b')]);
  // What was not full by itself is written, or refused for the same reason: never half, and never without a word.
  for (const one of together) if (one.status === 'rejected') expect(one.reason).toMatchObject(full);
  expect(together[1]?.status).toBe('rejected');
  expect(keys()).toEqual(together[0]?.status === 'fulfilled' ? ['small'] : []);
  db.exec('PRAGMA max_page_count = 1000000');
  await big('c');
  expect(keys().at(-1)).toHaveLength(100_000);
});

it('says the same where the index of the write-ahead log has no room to grow', async () => {
  let isFull = true;
  const run: Database['run'] = (sql, ...params) => {
    if (isFull && sql === 'COMMIT') throw Object.assign(new Error('disk I/O error'), { errcode: 4874 });
    return db.run(sql, ...params);
  };
  const commit = createGroupCommit({ ...db, run });
  const put = (k: string) => commit.write((sql) => sql.run('INSERT INTO t VALUES (?)', k));
  const message = expect.stringContaining('disk that holds the data is full');
  await expect(put('a')).rejects.toMatchObject({ reason: 'UNAVAILABLE', message });
  isFull = false;
  await put('b');
  expect(keys()).toEqual(['b']);
});

it('syncs nothing for what is written loosely into the only file, and everything that is written with it', async () => {
  const put = (k: string) => (sql: Sql) => sql.run('INSERT INTO t VALUES (?)', k);
  const levels: unknown[] = [];
  const noting = (k: string) => (sql: Sql) => {
    levels.push(sql.get<{ synchronous: number }>('PRAGMA synchronous')?.synchronous);
    return put(k)(sql);
  };
  const [NORMAL, FULL] = [1, 2];
  const commit = createGroupCommit(db, { isOnlyFile: true });
  await commit.writeLoosely(noting('a'));
  await Promise.all([commit.writeLoosely(noting('b')), commit.write(put('c'))]);
  await expect(commit.writeLoosely(put('a'))).rejects.toThrow('UNIQUE');
  await commit.write(noting('d'));
  expect(levels).toEqual([NORMAL, FULL, FULL]);
  expect(keys()).toEqual(['a', 'b', 'c', 'd']);
  const oneOfMany = createGroupCommit(db);
  await oneOfMany.writeLoosely(noting('e'));
  expect(levels.at(-1)).toBe(FULL);
});
