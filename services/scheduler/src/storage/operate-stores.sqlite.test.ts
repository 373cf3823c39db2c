// The embedded stores of bulk jobs, groups of failures, removals and executors keep their contracts.

import { createGroupCommit, openDatabase } from '@hero-logic/platform';
import { expect, test } from 'vitest';
import { bulkStoreConformance } from '../domain/bulk/bulk-store.conformance.ts';
import { executorStoreConformance } from '../domain/executor/executor-store.conformance.ts';
import { errorGroupStoreConformance } from '../domain/failure/error-group-store.conformance.ts';
import { within } from '../domain/filter/condition.ts';
import { end } from '../domain/play.ts';
import { lifeOf, listSids, NOW, playOf } from '../domain/play-lives.conformance.ts';
import { removalStoreConformance } from '../domain/removal/removal-store.conformance.ts';
import { createSqliteBulkStore } from './bulk-store.sqlite.ts';
import { createSqliteErrorGroupStore } from './error-group-store.sqlite.ts';
import { createSqliteExecutorStore } from './executor-store.sqlite.ts';
import { createSqlitePlayStore } from './play-store.sqlite.ts';
import { createSqliteRemovalStore } from './removal-store.sqlite.ts';
import { createSqliteRetentionStore } from './retention-store.sqlite.ts';

function open() {
  const db = openDatabase(':memory:');
  const options = { db, commit: createGroupCommit(db) };
  const close = async () => {
    options.commit.close();
    db.close();
  };
  return { options, close };
}

bulkStoreConformance('sqlite', async () => {
  const { options, close } = open();
  return { store: createSqliteBulkStore(options), close };
});

errorGroupStoreConformance('sqlite', async () => {
  const { options, close } = open();
  return { plays: createSqlitePlayStore(options), groups: createSqliteErrorGroupStore(options), close };
});

test('plays that an older version has written get their namespace', async () => {
  const { options, close } = open();
  const older = createSqlitePlayStore(options);
  for (const [sid, namespace] of Object.entries({ p1: 'team-a', p2: undefined })) {
    await lifeOf(older).add(playOf(sid, { namespace }));
  }
  options.db.exec(`
    DROP INDEX plays_by_namespace;
    ALTER TABLE plays DROP COLUMN namespace;
    UPDATE schema_version SET version = 1 WHERE service = 'play_search';
  `);
  const plays = createSqlitePlayStore(options);
  expect(await listSids(plays, within('team-a'))).toEqual(['p1']);
  expect(await listSids(plays, within('default'))).toEqual(['p2']);
  await close();
});

test('groups of failures that an older version has written get the namespace of their plays', async () => {
  const { options, close } = open();
  const plays = createSqlitePlayStore(options);
  const older = createSqliteErrorGroupStore(options);
  const places = { p1: { namespace: 'team-a' }, p2: { workflowSid: 'w2' }, p3: { workflowSid: 'w3' } };
  for (const [sid, place] of Object.entries(places)) {
    await lifeOf(plays).add(playOf(sid, place));
    await plays.change(sid, (play) => ({ play: end(play, 'failed', NOW), result: undefined }));
  }
  await older.absorb(10);
  options.db.exec(`
    DROP INDEX error_groups_by_namespace;
    ALTER TABLE error_groups DROP COLUMN namespace;
    UPDATE error_groups SET doc = json_remove(doc, '$.namespace');
    UPDATE schema_version SET version = 1 WHERE service = 'error_groups';
    DELETE FROM plays WHERE sid = 'p3';
  `);
  const groups = createSqliteErrorGroupStore(options);
  const all = await groups.list({ workflowSid: '', state: undefined, after: undefined, limit: 10 });
  expect(Object.fromEntries(all.map((group) => [group.lastPlaySid, group.namespace]))).toEqual({
    ...{ p1: 'team-a', p2: 'default', p3: '' },
  });
  await close();
});

executorStoreConformance('sqlite', async () => {
  const { options, close } = open();
  return { store: createSqliteExecutorStore(options), close };
});

removalStoreConformance('sqlite', async () => {
  const { options, close } = open();
  const plays = createSqlitePlayStore(options);
  const retention = createSqliteRetentionStore(options);
  return { plays, removals: createSqliteRemovalStore(options), retention, close };
});
