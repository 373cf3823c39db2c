// Contract: the SQLite adapters keep the ports' contracts, and what they acknowledged is there after the file is opened again.

import { createGroupCommit, openDatabase } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { expect, it } from 'vitest';
import { importStepsConformance } from '../domain/commands/import-steps.conformance.ts';
import { exampleStoreConformance } from '../domain/example-store.conformance.ts';
import { vectorStoreConformance } from '../domain/library/vector-store.conformance.ts';
import { aDraft, aWorkflow, workflowStoreConformance } from '../domain/workflow-store.conformance.ts';
import { createSqliteStores } from './stores.sqlite.ts';

function open(file: string) {
  const db = openDatabase(file);
  return { db, ...createSqliteStores({ db, commit: createGroupCommit(db) }) };
}

workflowStoreConformance('SQLite', async () => open(':memory:'));
exampleStoreConformance('SQLite', async () => open(':memory:'));
vectorStoreConformance('SQLite', async () => open(':memory:').vectors);
importStepsConformance('SQLite', async () => open(':memory:'));

it('finds everything again, also what can be searched', async () => {
  const dir = createTempDir();
  const file = `${dir.path}/registry.sqlite`;
  const before = open(file);
  await before.workflows.create(aWorkflow('a', 'Alpha'), aDraft('v', 'a'));
  await before.workflows.create(aWorkflow('b', 'b', { archived: true }), undefined);
  before.db.close();
  const after = open(file);
  expect(await after.workflows.get('a')).toMatchObject({ name: 'Alpha', currentVersionSid: 'v' });
  expect((await after.workflows.searchable()).map((entry) => entry.texts.step)).toEqual(['step of v']);
  after.db.close();
  dir.remove();
});

it('reads anew what an earlier version kept for the search', async () => {
  const { db, workflows } = open(':memory:');
  await workflows.create(aWorkflow('a', 'Alpha', { tags: ['T'] }), aDraft('v', 'a'));
  const folded = { name: 'alpha', tag: 't', description: '', field: '', step: '' };
  db.run('UPDATE registry_workflows SET search = ?', JSON.stringify(folded));
  const later = createSqliteStores({ db, commit: createGroupCommit(db) });
  const [entry] = await later.workflows.searchable();
  expect(entry?.texts).toMatchObject({ name: 'Alpha', tag: 'T', doc: '', step: 'step of v' });
  db.close();
});
