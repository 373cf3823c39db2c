// RetentionStore on the embedded SQLite file.

import { type Database, type GroupCommit, migrate } from '@hero-logic/platform';
import type { RetentionRule, RetentionStore } from '../domain/retention/retention.ts';

const MIGRATIONS = [
  'CREATE TABLE retention_rules (workflow_sid TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT, WITHOUT ROWID;',
];

interface Row {
  readonly workflow_sid: string;
  readonly doc: string;
}

export function createSqliteRetentionStore(options: {
  readonly db: Database;
  readonly commit: GroupCommit;
}): RetentionStore {
  const { db, commit } = options;
  migrate(db, 'retention', MIGRATIONS);
  const ruleOf = ({ doc }: Row) => JSON.parse(doc) as RetentionRule;
  return {
    async find(workflowSid) {
      const row = db.get<Row>('SELECT * FROM retention_rules WHERE workflow_sid = ?', workflowSid);
      return row && ruleOf(row);
    },
    list: async (limit) =>
      db
        .all<Row>('SELECT * FROM retention_rules ORDER BY workflow_sid LIMIT ?', limit)
        .map((row) => ({ workflowSid: row.workflow_sid, rule: ruleOf(row) })),
    set: (workflowSid, rule) =>
      commit.write((sql) => {
        sql.run('DELETE FROM retention_rules WHERE workflow_sid = ?', workflowSid);
        if (rule !== undefined) sql.run('INSERT INTO retention_rules VALUES (?, ?)', workflowSid, JSON.stringify(rule));
      }),
  };
}
