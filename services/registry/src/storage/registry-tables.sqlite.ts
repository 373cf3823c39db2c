// Tables of the registry. Each row keeps its entity as a JSON document; columns beside it are what is looked up. Outline and source stand
// last in their row, so that reading versions without them skips them.

import { type Database, migrate } from '@hero-logic/platform';

const STEPS = [
  `CREATE TABLE registry_workflows (
     sid TEXT PRIMARY KEY,
     name TEXT NOT NULL UNIQUE,
     request_id TEXT UNIQUE,
     archived INTEGER NOT NULL,
     revision INTEGER NOT NULL,
     filter_text TEXT NOT NULL,
     doc TEXT NOT NULL,
     search TEXT NOT NULL
   ) STRICT;
   CREATE TABLE registry_versions (
     sid TEXT PRIMARY KEY,
     workflow_sid TEXT NOT NULL,
     number INTEGER NOT NULL,
     sha256 TEXT NOT NULL,
     doc TEXT NOT NULL,
     outline TEXT NOT NULL,
     source TEXT NOT NULL,
     UNIQUE (workflow_sid, number),
     UNIQUE (workflow_sid, sha256)
   ) STRICT;
   CREATE TABLE registry_examples (
     sid TEXT PRIMARY KEY,
     workflow_sid TEXT NOT NULL,
     name TEXT NOT NULL,
     doc TEXT NOT NULL,
     UNIQUE (workflow_sid, name)
   ) STRICT;`,
  `CREATE TABLE registry_vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL) STRICT, WITHOUT ROWID;`,
];

export function createRegistryTables(db: Database): void {
  migrate(db, 'registry', STEPS);
}

export interface DocRow {
  readonly doc: string;
}

export function parseDoc<T>(row: DocRow | undefined): T | undefined {
  return row === undefined ? undefined : (JSON.parse(row.doc) as T);
}
