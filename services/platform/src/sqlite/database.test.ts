// Contract: a log that was laid out at once is read as far as it was written, also after a crash, and is laid out once.

import { copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createTempDir } from '../testing/index.ts';
import { openDatabase } from './database.ts';

const folder = createTempDir();

it('lays out its log, and finds after a crash what was written there', () => {
  const [file, copy] = [join(folder.path, 'a.sqlite'), join(folder.path, 'b.sqlite')];
  const db = openDatabase(file, { layOutLog: true });
  const { size } = statSync(`${file}-wal`);
  expect(size).toBeGreaterThan(4000 * 4096);
  db.exec('CREATE TABLE t (a INTEGER) STRICT');
  for (let i = 0; i < 20; i++) db.run('INSERT INTO t VALUES (?)', i);
  expect(statSync(`${file}-wal`).size).toBe(size);
  for (const end of ['', '-wal']) copyFileSync(file + end, copy + end);
  const after = openDatabase(copy, { layOutLog: true });
  expect(after.get('SELECT count(*) AS n FROM t')).toEqual({ n: 20 });
  expect(after.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
  after.run('INSERT INTO t VALUES (20)');
  expect(statSync(`${copy}-wal`).size).toBe(size);
  after.close();
  db.close();
  expect(openDatabase(copy).get('SELECT count(*) AS n FROM t')).toEqual({ n: 21 });
});
