// What SQLite keeps beside plays so that they are found (play-search.sqlite.ts), grouped by their failures, and removed.

export const SEARCH_MIGRATIONS: readonly string[] = [
  `
  ALTER TABLE plays ADD COLUMN ended_at INTEGER;
  ALTER TABLE plays ADD COLUMN error_group TEXT NOT NULL DEFAULT '';
  ALTER TABLE plays ADD COLUMN hidden_by TEXT NOT NULL DEFAULT '';
  ALTER TABLE plays ADD COLUMN grouped INTEGER;
  ALTER TABLE plays ADD COLUMN forked_from TEXT NOT NULL DEFAULT '';
  UPDATE plays SET ended_at = doc ->> 'completedAt', forked_from = COALESCE(doc ->> '$.forkedFrom.playSid', '');
  CREATE INDEX plays_by_error ON plays (error_group, sid) WHERE error_group <> '';
  CREATE INDEX plays_hidden ON plays (hidden_by, sid) WHERE hidden_by <> '';
  CREATE INDEX plays_ended ON plays (workflow_sid, ended_at, sid) WHERE ended_at IS NOT NULL;
  CREATE INDEX plays_forks ON plays (forked_from) WHERE forked_from <> '';
  CREATE INDEX plays_ungrouped ON plays (sid) WHERE grouped IS NULL AND status IN ('failed', 'timed_out');
  CREATE TABLE play_labels (
    label TEXT NOT NULL,
    sid TEXT NOT NULL,
    PRIMARY KEY (label, sid)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO play_labels SELECT DISTINCT json_array(t.key, t.value), p.sid FROM plays p, json_each(p.doc, '$.tags') t;
  `,
  `
  ALTER TABLE plays ADD COLUMN namespace TEXT NOT NULL DEFAULT '';
  UPDATE plays SET namespace = doc ->> 'namespace' WHERE COALESCE(doc ->> 'namespace', 'default') <> 'default';
  CREATE INDEX plays_by_namespace ON plays (namespace, sid) WHERE namespace <> '';
  `,
];
