// Contract: a job writes beside the event loop, which goes on and whose writes wait for no more than a transaction of it; a job that fails
// is undone from its last commit on and rejects alone; where the thread dies the job is done without it, and so are all later ones; closing
// ends the thread, and nothing is accepted afterwards.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTempDir } from '../testing/index.ts';
import { type Database, openDatabase } from './database.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';
import { BAD, INSERT } from './side-job.samples.ts';
import { createSideWriter, type SideWriter } from './side-writer.ts';

const dir = createTempDir();
let db: Database;
let aside: SideWriter;
let commit: GroupCommit;
let gone: (Error | undefined)[] = [];

beforeEach(() => {
  const file = `${dir.path}/t.sqlite`;
  db = openDatabase(file, { layOutLog: true });
  db.exec('DROP TABLE IF EXISTS t; CREATE TABLE t (k TEXT PRIMARY KEY)');
  gone = [];
  aside = createSideWriter(file, { onGone: (error) => gone.push(error) });
  commit = createGroupCommit(db, { isOnlyFile: true, aside });
});
afterEach(async () => {
  await aside.close();
  commit.close();
  db.close();
});

const put = (k: string) => commit.write((sql) => sql.run('INSERT INTO t VALUES (?)', k));
const rows = () => db.all<{ k: string }>('SELECT k FROM t ORDER BY k').map(({ k }) => k);
const keys = (name: string, n: number) => Array.from({ length: n }, (_, i) => `${name}${1000 + i}`);

it('writes beside the loop, and its log is copied', async () => {
  const job = commit.writeAside(INSERT, { keys: keys('side', 8000) });
  for (const key of keys('loop', 50)) await put(key);
  expect(await job).toBe(8000);
  expect(await commit.writeAside(INSERT, { keys: ['last'] })).toBe(1);
  expect(rows()).toHaveLength(8051);
});

it('hands its turn over when it can, and the loop goes on meanwhile', async () => {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const job = commit.writeAside(INSERT, { keys: ['side1', 'side2'], stopAt: 'side1', words });
  await Atomics.waitAsync(words, 1, 0).value;
  const writes = [put('a'), put('b')];
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  writes.push(put('c'));
  const done = Promise.all(writes);
  expect(rows(), 'its transaction is open').toEqual([]);
  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
  await done;
  expect(rows()).toEqual(expect.arrayContaining(['a', 'b', 'c', 'side1']));
  expect(commit.stats(), 'who came while it waited has joined').toEqual({ commits: 1, works: 3 });
  await job;
  expect(rows()).toEqual(['a', 'b', 'c', 'side1', 'side2']);
});

it('undoes a job that fails, and goes on', async () => {
  await put('there');
  await expect(commit.writeAside(INSERT, { keys: [BAD, 'new'] })).rejects.toThrow('a bad key');
  await put('more');
  expect(rows()).toEqual(['more', 'there']);
  expect(await commit.writeAside(INSERT, { keys: ['newer'] })).toBe(1);
  expect(gone).toEqual([]);
});

it('does a job without the thread when it dies, and all others', async () => {
  const dies = commit.writeAside(INSERT, { keys: ['one', 'two'], stopAt: 'two' });
  const meanwhile = put('loop');
  expect(await dies).toBe(2);
  await meanwhile;
  expect(gone).toHaveLength(1);
  expect(aside.isThere()).toBe(false);
  expect(await commit.writeAside(INSERT, { keys: ['three'] })).toBe(1);
  expect(rows()).toEqual(['loop', 'one', 'three', 'two']);
});

it('ends the thread when it is closed', async () => {
  const job = commit.writeAside(INSERT, { keys: ['a', 'b'] });
  await aside.close();
  expect(await job, 'what was begun is finished').toBe(2);
  await expect(commit.writeAside(INSERT, { keys: ['c'] })).rejects.toThrow(/closed/);
  expect(gone).toEqual([]);
});
