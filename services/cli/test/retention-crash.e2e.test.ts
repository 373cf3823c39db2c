// Contract: kill -9 within a sweep of retention leaves each play whole or gone; the next start goes on with the sweep, and nothing is left of
// what has gone.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalRun, startLocalRun } from './support/local-run.ts';

const PLAYS = 12_000;
const KEPT = 100;
const SOURCE = 'from hero_tracing import flow\n@flow\ndef old(n: int = 1) -> int: return n\n';

let run: LocalRun;

beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => run.remove());

function inFile<T>(work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(run.root, 'var', 'hero_logic', 'hero_logic.sqlite'), { timeout: 30_000 });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** So many of one play that has ended, long ago: "old000001" and so on. */
function copyPlay(db: DatabaseSync, sid: string, n: number): void {
  const NAME = "printf('old%06d', i)";
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${n})`;
  const copy = (table: string, changes: Record<string, string>) => {
    const columns = (db.prepare(`PRAGMA table_info(${table})`).all() as unknown as { name: string }[])
      .map(({ name }) => name)
      // Given anew.
      .filter((name) => name !== 'position');
    const values = columns.map((name) => changes[name] ?? name).join(', ');
    const from = `FROM n, ${table} WHERE ${'play_sid' in changes ? 'play_sid' : 'sid'} = ?`;
    db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) ${numbers} SELECT ${values} ${from}`).run(sid);
  };
  db.exec('PRAGMA synchronous = OFF; BEGIN');
  copy('play_labels', { sid: NAME });
  for (const table of ['play_texts', 'spans', 'step_outputs']) copy(table, { play_sid: NAME });
  const doc = `json_set(doc, '$.sid', ${NAME}, '$.rootPlaySid', ${NAME}, '$.completedAt', i)`;
  copy('plays', { sid: NAME, ended_at: 'i', doc });
  db.exec('COMMIT');
}

const count = (what: string) => inFile((db) => (db.prepare(`SELECT COUNT(*) AS n ${what}`).get() as { n: number }).n);

/** Of the copies. `left` and `bare`: plays of which only a part is there, and nobody will take the rest away. */
function facts() {
  const copies = (table: string) => `(SELECT COUNT(DISTINCT play_sid) FROM ${table} WHERE play_sid LIKE 'old%')`;
  const query = `SELECT (SELECT COUNT(*) FROM plays WHERE sid LIKE 'old%') AS plays, ${copies('play_texts')} AS texts,
    (SELECT COUNT(*) FROM play_removals) AS removed, (SELECT COUNT(*) FROM plays JOIN play_removals USING (sid)) AS both,
    (SELECT COUNT(*) FROM plays WHERE sid LIKE 'old%' AND (sid NOT IN (SELECT play_sid FROM spans)
      OR sid NOT IN (SELECT play_sid FROM step_outputs))) AS bare,
    (SELECT COUNT(*) FROM spans WHERE play_sid LIKE 'old%' AND play_sid NOT IN (SELECT sid FROM plays)
      AND play_sid NOT IN (SELECT sid FROM play_removals_begun)) AS "left"`;
  return inFile((db) => db.prepare(query).get() as { plays: number; removed: number });
}

const whole = (plays: number) => ({ plays, texts: plays, removed: PLAYS - plays, both: 0, bare: 0, left: 0 });

it('goes on with a sweep that was killed in the middle', { timeout: 120_000 }, async () => {
  const { sid: workflow_sid } = await run.rpc<{ sid: string }>('workflow_create', {
    name: 'old',
    python_source: `${SOURCE}\n@flow\ndef main(n: int = 1) -> int: return old(n)\n`,
  });
  const play = { workflow_sid, wait_ms: 60_000, tags: { a: 'b' } };
  const { sid } = await run.rpc<{ sid: string }>('play_start', play);
  // Who reads them puts them into their tables.
  await run.rpc('play_spans', { play_sid: sid });
  // The one that was run is the latest.
  await run.rpc('retention_set', { workflow_sid, max_plays: KEPT + 1 });
  await run.stop();
  inFile((db) => copyPlay(db, sid, PLAYS));

  await run.restart();
  while (count('FROM play_removals') < 500) await new Promise((resolve) => setImmediate(resolve));
  await run.crash();
  const killed = facts();
  expect(killed).toEqual(whole(killed.plays));
  expect(killed.plays, 'killed in the middle').toBeGreaterThan(KEPT);

  await run.restart();
  while (facts().plays > KEPT) await new Promise((resolve) => setTimeout(resolve, 100));
  // SIGTERM lets it finish what it is at.
  expect(await run.stop()).toBe(0);
  expect(facts()).toEqual(whole(KEPT));
});
