// Contract: what stands in the write-ahead log is in the file some time after `copyLogAside`, while the one who writes goes on; a database
// in memory has no log, and closing ends the thread.

import { statSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { createTempDir } from '../testing/index.ts';
import { openDatabase } from './database.ts';

const dir = createTempDir();
const WITHIN = { timeout: 20_000, interval: 10 };

it('copies the log into the file beside who writes it', async () => {
  const file = `${dir.path}/t.sqlite`;
  const db = openDatabase(file, { layOutLog: true });
  db.exec('PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (k INTEGER PRIMARY KEY, text TEXT)');
  const put = (from: number, to: number) => {
    for (let k = from; k < to; k++) db.run('INSERT INTO t VALUES (?, ?)', k, 'x'.repeat(4000));
  };
  const grown = async (bytes: number) => {
    db.copyLogAside();
    await vi.waitFor(() => expect(statSync(file).size).toBeGreaterThan(bytes), WITHIN);
  };
  put(0, 50);
  await grown(50 * 4000);
  for (let k = 50; k < 100; k++) {
    db.copyLogAside();
    put(k, k + 1);
  }
  await grown(100 * 4000);
  db.close();
  const again = openDatabase(file);
  expect(again.get('SELECT COUNT(*) AS n, SUM(LENGTH(text)) AS chars FROM t')).toEqual({ n: 100, chars: 400_000 });
  again.close();
});

it('does nothing where there is no log', () => {
  const db = openDatabase(':memory:');
  db.copyLogAside();
  db.close();
});
