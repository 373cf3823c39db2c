// What a commit takes, and each record in it: on SQLite with every commit synced, and on MongoDB acknowledged by the journal. From one record
// alone and many in one commit: the difference is that of the records.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@hero-logic/platform';
import { openMongo } from '@hero-logic/platform/mongo/connect';
import { spread } from './stats.ts';

const RECORDS = 200;
const ROUNDS = 60;
const WARM_UP = 10;
/** About as much as the record of a step. */
const TEXT = JSON.stringify({ step_key: 'k'.repeat(40), name: 'tiny', output: 'x'.repeat(200) });

export interface StoreTimes {
  readonly commitMs: number;
  readonly writeMs: number;
}

/** Makes so many records durable, in one commit. */
type Write = (records: number) => Promise<void>;

export async function sqliteTimes(): Promise<StoreTimes> {
  const folder = mkdtempSync(join(tmpdir(), 'hl-store-'));
  const db = openDatabase(join(folder, 'store.sqlite'));
  try {
    db.exec('CREATE TABLE records (id INTEGER PRIMARY KEY, play_sid TEXT NOT NULL, batch TEXT NOT NULL) STRICT');
    return await measure(async (records) => {
      db.exec('BEGIN IMMEDIATE');
      for (let n = 0; n < records; n++) db.run('INSERT INTO records (play_sid, batch) VALUES (?, ?)', `p${n}`, TEXT);
      db.exec('COMMIT');
    });
  } finally {
    db.close();
    rmSync(folder, { recursive: true });
  }
}

export async function mongoTimes(url: string): Promise<StoreTimes> {
  const mongo = await openMongo({ url, database: 'store_times' });
  try {
    const records = mongo.collection('records');
    await records.createIndex({ play: 1 });
    return await measure(async (count) => {
      await records.insertMany(Array.from({ length: count }, (_, n) => ({ play: `p${n}`, batch: TEXT })));
    });
  } finally {
    await mongo.close();
  }
}

async function measure(write: Write): Promise<StoreTimes> {
  const one: number[] = [];
  const many: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [records, into] of [
      [1, one],
      [RECORDS, many],
    ] as const) {
      const at = performance.now();
      await write(records);
      if (round >= 0) into.push(performance.now() - at);
    }
  }
  const writeMs = Math.max(0, (spread(many).p50 - spread(one).p50) / (RECORDS - 1));
  return { commitMs: Math.max(0, spread(one).p50 - writeMs), writeMs };
}
