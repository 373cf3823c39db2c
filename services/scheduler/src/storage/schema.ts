// Tables of the scheduler. `doc` holds the small state of a play or pause as JSON; what is searched or ordered by is a column
// beside it. Long texts (inputs, outputs, schemas, payloads) have rows of their own, written once, so that a change of state
// rewrites some hundred bytes whatever a play carries. Queries that must not scan name their index (INDEXED BY): SQLite refuses
// them when it cannot be used, where it would otherwise quietly take another. `stage` and what stands beside it: play-gates.sqlite.ts.

export const SCHEDULER_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE plays (
    sid TEXT PRIMARY KEY,
    workflow_sid TEXT NOT NULL,
    version_sid TEXT NOT NULL,
    status TEXT NOT NULL,
    rank INTEGER NOT NULL,
    key_gate TEXT NOT NULL,
    stage INTEGER NOT NULL,
    fresh INTEGER NOT NULL,
    started_at INTEGER,
    executor_id TEXT,
    idempotency_key TEXT NOT NULL,
    names TEXT NOT NULL,
    parent_sid TEXT NOT NULL,
    parent_resume_id TEXT NOT NULL,
    told INTEGER,
    lease_expires_at INTEGER,
    doc TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX plays_by_key ON plays (workflow_sid, idempotency_key) WHERE idempotency_key <> '';
  CREATE INDEX plays_by_workflow ON plays (workflow_sid, sid);
  CREATE INDEX plays_by_version ON plays (version_sid, sid);
  CREATE INDEX plays_by_status ON plays (status, sid);
  CREATE INDEX plays_ready ON plays (rank, sid) WHERE stage = 4;
  CREATE INDEX plays_running ON plays (lease_expires_at, executor_id) WHERE status = 'running';
  CREATE INDEX plays_in_workflow ON plays (workflow_sid, stage, fresh, rank, sid) WHERE stage < 7;
  CREATE INDEX plays_in_key ON plays (key_gate, stage, fresh, rank, sid) WHERE key_gate <> '' AND stage < 7;
  CREATE INDEX plays_started ON plays (workflow_sid, started_at) WHERE started_at IS NOT NULL;
  CREATE INDEX plays_by_parent ON plays (parent_sid, sid) WHERE parent_sid <> '';
  CREATE INDEX plays_untold ON plays (sid) WHERE parent_resume_id <> '' AND told IS NULL
    AND status IN ('success', 'failed', 'cancelled', 'timed_out');

  CREATE TABLE play_rates (
    workflow_sid TEXT PRIMARY KEY,
    opens_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX play_rates_due ON play_rates (opens_at);

  CREATE TABLE play_pauses (
    play_sid TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    expires_at INTEGER,
    answer_seq INTEGER,
    delivered_in INTEGER,
    child_sid TEXT,
    await_group TEXT,
    child_left INTEGER,
    doc TEXT NOT NULL,
    PRIMARY KEY (play_sid, id)
  ) STRICT;
  CREATE INDEX play_pauses_open ON play_pauses (play_sid) WHERE state = 'open';
  CREATE INDEX play_pauses_questions ON play_pauses (play_sid) WHERE state = 'open' AND kind = 'question';
  CREATE INDEX play_pauses_due ON play_pauses (expires_at) WHERE state = 'open' AND expires_at IS NOT NULL;
  CREATE INDEX play_pauses_answered ON play_pauses (play_sid, answer_seq) WHERE answer_seq IS NOT NULL;
  CREATE INDEX play_pauses_grouped ON play_pauses (play_sid, await_group) WHERE state = 'open' AND await_group IS NOT NULL;
  CREATE INDEX play_pauses_left ON play_pauses (play_sid, id) WHERE child_sid IS NOT NULL AND state = 'withdrawn' AND child_left IS NULL;
  CREATE INDEX play_pauses_undelivered ON play_pauses (play_sid, await_group)
    WHERE answer_seq IS NOT NULL AND delivered_in IS NULL;
  CREATE INDEX play_pauses_delivered ON play_pauses (play_sid, delivered_in) WHERE delivered_in > 0;

  CREATE TABLE play_texts (
    play_sid TEXT NOT NULL,
    pause_id TEXT NOT NULL,
    part TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (play_sid, pause_id, part)
  ) STRICT;

  CREATE TABLE play_prefills (
    play_sid TEXT NOT NULL,
    seq INTEGER NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    used_by TEXT,
    PRIMARY KEY (play_sid, seq)
  ) STRICT;
  CREATE INDEX play_prefills_by_key ON play_prefills (play_sid, key, seq);
  CREATE INDEX play_prefills_used ON play_prefills (play_sid, used_by) WHERE used_by IS NOT NULL;
  `,
  `CREATE INDEX plays_delayed ON plays (doc ->> 'notBefore') WHERE stage = -1;`,
];
