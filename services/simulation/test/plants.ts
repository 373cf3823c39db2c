// Bugs put in on purpose, each behind a port of the real code. The simulation is worth what it finds of these.

import type { Database } from '@hero-logic/platform';
import type { Plant, World } from '../src/world/world.ts';

/** A disk that says of some commits that they are made, and does not make them. */
function lyingDisk(db: Database): Database {
  let commits = 0;
  return {
    ...db,
    run: (sql, ...params) => db.run(sql === 'COMMIT' && ++commits % 7 === 0 ? 'ROLLBACK' : sql, ...params),
  };
}

/** A database that runs other statements in place of some. */
function rewriting(db: Database, rewrite: (sql: string) => string): Database {
  return {
    ...db,
    run: (sql, ...params) => db.run(rewrite(sql), ...params),
    get: (sql, ...params) => db.get(rewrite(sql), ...params),
    all: (sql, ...params) => db.all(rewrite(sql), ...params),
  };
}

type Interpreters = Parameters<NonNullable<Plant['interpreters']>>[0];
type Interpreter = Awaited<ReturnType<Interpreters['take']>>;

function wrapping(interpreters: Interpreters, wrap: (one: Interpreter) => Interpreter): Interpreters {
  return { ...interpreters, take: async (policy) => wrap(await interpreters.take(policy)) };
}

/** Acknowledges an output as soon as it is there. */
function early(one: Interpreter): Interpreter {
  return {
    ...one,
    onLines: (listener) =>
      one.onLines((lines) => {
        for (const line of lines) {
          const { event, seq } = JSON.parse(line) as { event: string; seq: number };
          if (event === 'step_output') one.ack(seq);
        }
        listener(lines);
      }),
  };
}

/** Forgets the last step when it stages a replay. */
function forgetful(one: Interpreter, { files }: World): Interpreter {
  return {
    ...one,
    start(job) {
      const staging = job.staging?.then((staged) => {
        const file = `${one.dir}/${staged.env.HERO_REPLAY_STEP_OUTPUTS_FILE}`;
        const kept = files.read(file).split('\n').filter(Boolean).slice(0, -1);
        files.write(file, kept.map((line) => `${line}\n`).join(''));
        return staged;
      });
      one.start({ ...job, ...(staging === undefined ? {} : { staging }) });
    },
  };
}

/** Tells the play that its losers are withdrawn, and withdraws none. */
function sparing(one: Interpreter): Interpreter {
  return {
    ...one,
    onLines: (listener) =>
      one.onLines((lines) => {
        const kept = lines.filter((line) => {
          const { event, id } = JSON.parse(line) as { event: string; id?: string };
          if (event === 'withdraw') one.send({ id, result: {} });
          return event !== 'withdraw';
        });
        if (kept.length > 0) listener(kept);
      }),
  };
}

/** A database that is given other texts in place of some. */
function misheard(db: Database, hear: (text: string) => string): Database {
  const run: Database['run'] = (sql, ...params) =>
    db.run(sql, ...params.map((param) => (typeof param === 'string' ? hear(param) : param)));
  return { ...db, run };
}

/** Of each three new firings one is not written. */
function absentMinded(db: Database): Database {
  let fires = 0;
  const run: Database['run'] = (sql, ...params) => {
    const isNew = sql.includes('INSERT INTO trigger_fires') && params.includes('starting');
    return isNew && ++fires % 3 === 0 ? { changes: 0 } : db.run(sql, ...params);
  };
  return { ...db, run };
}

const ofScheduler =
  (plant: (db: Database) => Database): NonNullable<Plant['database']> =>
  (db, of) =>
    of === 'scheduler' ? plant(db) : db;

export const PLANTS: Readonly<Record<string, Plant>> = {
  'the executor loses commits that it was told are made': {
    database: (db, of) => (of === 'executor' ? lyingDisk(db) : db),
  },
  'the scheduler loses commits that it was told are made': {
    database: (db, of) => (of === 'scheduler' ? lyingDisk(db) : db),
  },
  'a step is acknowledged before it is durable': { interpreters: (all) => wrapping(all, early) },
  'a replay is not given the last step': {
    interpreters: (all, world) => wrapping(all, (one) => forgetful(one, world)),
  },
  'a step that is recorded again replaces the first': {
    database: (db, of) =>
      of !== 'executor'
        ? db
        : rewriting(db, (sql) =>
            sql.replace('(play_sid, step_key) DO NOTHING', '(play_sid, step_key) DO UPDATE SET output = 7'),
          ),
  },
  'what a crash left in the journal is not moved': {
    database: (db, of) =>
      of !== 'executor'
        ? db
        : rewriting(db, (sql) => sql.replace('FROM play_journal ORDER BY', 'FROM play_journal WHERE 0 ORDER BY')),
  },
  'a lease that is over is not taken away': {
    database: (db, of) =>
      of !== 'scheduler'
        ? db
        : rewriting(db, (sql) => sql.replace('lease_expires_at <= ? ORDER', 'lease_expires_at <= ? AND 0 ORDER')),
  },
  'every answer is taken': { takesAll: true },
  'a claim passes closed gates': {
    database: (db, of) =>
      of !== 'scheduler'
        ? db
        : rewriting(db, (sql) => sql.replace('stage = 5 AND fresh = 0', 'stage = 5 AND fresh = 9')),
  },
  'the waits that lost a race are not withdrawn': { interpreters: (all) => wrapping(all, sparing) },
  'a play that moves to another version keeps what lost a race on the old one': {
    database: ofScheduler((db) => rewriting(db, (sql) => sql.replace("IN ('open', 'withdrawn')", "= 'open'"))),
  },
  'a move to another version is acknowledged and not made': {
    database: ofScheduler((db) =>
      misheard(db, (text) => text.replace(/"versionSid":"(v-flow\d)\.2"/, '"versionSid":"$1"')),
    ),
  },
  'a play that was to start later starts too early': {
    database: ofScheduler((db) =>
      rewriting(db, (sql) =>
        sql
          .replace("doc ->> 'notBefore' <= ?", "doc ->> 'notBefore' - 5000 <= ?")
          .replace("MIN(doc ->> 'notBefore')", "MIN(doc ->> 'notBefore') - 5000"),
      ),
    ),
  },
  'a due time is passed, and its firing is not written': { database: ofScheduler(absentMinded) },
};
