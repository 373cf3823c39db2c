// Tables of the executor. Spans are found by play and id, and read by first appearance, by last change, or by parent. The journal
// holds what is durable and not yet in the others.

import { type Database, migrate } from '@hero-logic/platform';

const STEPS = [
  `
  CREATE TABLE play_journal (
    id INTEGER PRIMARY KEY,
    play_sid TEXT NOT NULL,
    batch TEXT NOT NULL
  ) STRICT;

  CREATE TABLE spans (
    play_sid TEXT NOT NULL,
    span_id TEXT NOT NULL,
    ord INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    parent_id TEXT NOT NULL,
    attention INTEGER NOT NULL,
    doc TEXT NOT NULL,
    input TEXT NOT NULL,
    output TEXT NOT NULL,
    UNIQUE (play_sid, span_id)
  ) STRICT;
  CREATE INDEX spans_by_order ON spans (play_sid, ord);
  CREATE INDEX spans_by_seq ON spans (play_sid, seq);
  CREATE INDEX spans_by_parent ON spans (play_sid, parent_id);
  CREATE INDEX spans_by_attention ON spans (play_sid, ord) WHERE attention = 1;

  CREATE TABLE span_logs (
    play_sid TEXT NOT NULL,
    seq INTEGER NOT NULL,
    span_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    stream TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (play_sid, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX span_logs_by_span ON span_logs (play_sid, span_id);

  CREATE TABLE step_outputs (
    position INTEGER PRIMARY KEY,
    play_sid TEXT NOT NULL,
    step_key TEXT NOT NULL,
    span_id TEXT NOT NULL,
    name TEXT NOT NULL,
    within TEXT NOT NULL,
    version_sid TEXT NOT NULL,
    spans_before INTEGER NOT NULL,
    optional INTEGER NOT NULL,
    output TEXT NOT NULL,
    UNIQUE (play_sid, step_key)
  ) STRICT;
  CREATE INDEX step_outputs_by_play ON step_outputs (play_sid);
  `,
  // Replays since the document was written.
  'ALTER TABLE spans ADD COLUMN again INTEGER NOT NULL DEFAULT 0',
];

export function migrateExecutor(db: Database): void {
  migrate(db, 'executor', STEPS);
}
