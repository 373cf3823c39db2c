// A backup that is taken under load is one moment of the store, whole and checked; a restore takes nothing that was changed since, and
// leaves alone a folder that holds data or that is open.

import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGroupCommit, lockDataFolder, openDatabase } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runTestCli } from '../testing/run-test-cli.ts';
import { backUp } from './back-up.ts';

let dir: ReturnType<typeof createTempDir>;
beforeEach(() => {
  dir = createTempDir();
});
afterEach(() => dir.remove());

const dataOf = (root: string) => join(root, 'var', 'hero_logic');
const cli = (root: string, argv: string[]) => runTestCli('http://127.0.0.1:1', argv, { env: { PATH_ROOT: root } });

function openStore(root: string) {
  const db = openDatabase(join(dataOf(root), 'hero_logic.sqlite'), { layOutLog: true });
  const commit = createGroupCommit(db);
  db.exec('CREATE TABLE IF NOT EXISTS debit (n INTEGER); CREATE TABLE IF NOT EXISTS credit (n INTEGER, text TEXT)');
  return {
    /** Two tables in one transaction. */
    pay: (n: number) =>
      commit.write((sql) => {
        sql.run('INSERT INTO debit VALUES (?)', n);
        sql.run('INSERT INTO credit VALUES (?, ?)', n, 'x'.repeat(2000));
      }),
    numbers: () => ({
      debit: db.all<{ n: number }>('SELECT n FROM debit ORDER BY n').map(({ n }) => n),
      credit: db.all<{ n: number }>('SELECT n FROM credit ORDER BY n').map(({ n }) => n),
    }),
    close() {
      commit.close();
      db.close();
    },
  };
}

test('is one moment of a store that is written to all the while', async () => {
  const root = join(dir.path, 'a');
  const store = openStore(root);
  let next = 0;
  for (; next < 2000; ) await Promise.all(Array.from({ length: 100 }, () => store.pay(next++)));
  const acknowledged = next;
  let isLoaded = true;
  const load = (async () => {
    while (isLoaded) await Promise.all(Array.from({ length: 20 }, () => store.pay(next++)));
  })();
  const target = join(dir.path, 'backup');
  await backUp({ data: dataOf(root), target, now: 0 });
  const during = next - acknowledged;
  isLoaded = false;
  await load;
  store.close();
  expect(during, 'the load went on meanwhile').toBeGreaterThan(0);

  const again = join(dir.path, 'b');
  expect(await cli(again, ['restore', target])).toMatchObject({ code: 0, out: expect.stringContaining('1 file') });
  const restored = openStore(again);
  const { debit, credit } = restored.numbers();
  expect(debit).toEqual(credit);
  expect(debit.length).toBeGreaterThanOrEqual(acknowledged);
  expect(debit).toEqual(Array.from({ length: debit.length }, (_, i) => i));
  restored.close();
});

test('takes the stores of all services, and what is in the way is named', async () => {
  const root = join(dir.path, 'a');
  for (const service of ['registry', 'scheduler']) {
    openDatabase(join(dataOf(root), service, `${service}.sqlite`)).close();
    lockDataFolder(join(dataOf(root), service)).release();
  }
  const target = join(dir.path, 'backup');
  const { code, out } = await cli(root, ['backup', target, '-o', 'json']);
  expect(code).toBe(0);
  const manifest = JSON.parse(out);
  expect(manifest.files.map(({ name }: { name: string }) => name)).toEqual([
    join('registry', 'registry.sqlite'),
    join('scheduler', 'scheduler.sqlite'),
  ]);
  expect(readdirSync(join(target, 'registry'))).toEqual(['registry.sqlite']);
  expect(await cli(root, ['backup', target])).toMatchObject({
    code: 2,
    err: expect.stringContaining('is there already'),
  });
  expect(await cli(root, ['restore', target])).toMatchObject({
    code: 2,
    err: expect.stringContaining('is there already'),
  });
  const empty = join(dir.path, 'b');
  expect(await cli(empty, ['backup', join(dir.path, 'c')])).toMatchObject({
    code: 2,
    err: expect.stringContaining('nothing to back up'),
  });
  const lock = lockDataFolder(dataOf(empty));
  expect(await cli(empty, ['restore', target])).toMatchObject({ err: expect.stringContaining('is in use by another') });
  lock.release();
  expect((await cli(empty, ['restore', target])).code).toBe(0);
});

test('a backup that was changed is refused, and nothing is written', async () => {
  const root = join(dir.path, 'a');
  openStore(root).close();
  const target = join(dir.path, 'backup');
  await cli(root, ['backup', target]);
  const empty = join(dir.path, 'b');
  const file = join(target, 'hero_logic.sqlite');
  const refused = async (why: string) => {
    expect(await cli(empty, ['restore', target])).toMatchObject({ code: 2, err: expect.stringContaining(why) });
    expect(existsSync(join(dataOf(empty), 'hero_logic.sqlite'))).toBe(false);
  };
  appendFileSync(file, 'x');
  await refused('its size or checksum differs');
  renameSync(file, `${file}.away`);
  await refused('the backup lacks hero_logic.sqlite');
  const manifest = join(target, 'manifest.json');
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, text.replace('"hero_logic.sqlite"', '"../hero_logic.sqlite"'));
  await refused('is not the manifest of a backup');
  writeFileSync(manifest, text.replace('"version": 1', '"version": 2'));
  await refused('was made by a newer hero-logic');
  rmSync(manifest);
  await refused('is no backup');
});
