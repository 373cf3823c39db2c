// Triggers on real SQLite stores, without loops: a test moves the clock, lets time act, ends plays, and crashes the process at any write.

import {
  createGroupCommit,
  createInProcessSignals,
  createSchemaCheck,
  createSids,
  type Database,
  openDatabase,
  silentLog,
} from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import type { CatalogVersion } from '../src/domain/catalog.ts';
import type { TriggerDeps } from '../src/domain/commands/trigger/deps.ts';
import { fireDue } from '../src/domain/commands/trigger/fire-due.ts';
import { settleFires } from '../src/domain/commands/trigger/settle-fires.ts';
import { type CreateTrigger, createTrigger } from '../src/domain/commands/trigger/write-trigger.ts';
import { NO_LIMITS } from '../src/domain/gates.ts';
import { cancel, end, isTerminal, type Play, type TerminalStatus } from '../src/domain/play.ts';
import { createSqliteHookStore } from '../src/storage/hook-store.sqlite.ts';
import { createSqlitePlayStore } from '../src/storage/play-store.sqlite.ts';
import { createSqliteTriggerStore } from '../src/storage/trigger-store.sqlite.ts';

export class Crash extends Error {}

const VERSION: CatalogVersion = {
  workflowSid: 'w1',
  workflowName: 'greet',
  archived: false,
  versionSid: 'w1-v1',
  versionNumber: 1,
  inputs: [],
  limits: NO_LIMITS,
};

export function createTriggerWorld(start: string) {
  const db = openDatabase(':memory:');
  const clock = createFakeClock(Date.parse(start));
  const sids = createSids({ now: () => clock.now() });
  let process = boot(db);

  function boot(file: Database) {
    // The n-th write fails: before it is made, or (late) when it is made but its caller never hears of it.
    const fault = { in: Number.POSITIVE_INFINITY, late: false };
    const real = createGroupCommit(file);
    const commit: typeof real = {
      ...real,
      async write(work) {
        if (fault.in <= 0) throw new Crash();
        fault.in -= 1;
        if (fault.in > 0) return real.write(work);
        if (fault.late) await real.write(work);
        throw new Crash();
      },
    };
    const catalog = { resolve: async () => VERSION, example: () => Promise.reject(new Error('none')) };
    const deps = {
      store: createSqlitePlayStore({ db: file, commit }),
      hooks: createSqliteHookStore({ db: file, commit }),
      triggers: createSqliteTriggerStore({ db: file, commit }),
      catalog,
      schemas: createSchemaCheck(),
      clock,
      newSid: sids,
      newToken: () => 'token',
      signals: createInProcessSignals(),
      log: silentLog,
      config: { leaseTtlMs: 10_000, cancelGraceMs: 300, ownsAllLeases: false },
      closeSpans: async () => undefined,
      escalated: () => undefined,
    } as unknown as TriggerDeps;
    return { deps, fault };
  }

  const world = {
    clock,
    get deps() {
      return process.deps;
    },
    add: (more: Partial<CreateTrigger>) => createTrigger(process.deps, { ...PLAIN, ...more }),
    /** What the loops do when time has come to `at`. */
    async at(at: number): Promise<void> {
      await clock.advance(at - clock.now());
      await fireDue(process.deps);
      await settleFires(process.deps);
      await fireDue(process.deps);
    },
    async plays(): Promise<Play[]> {
      const all = { conditions: [], beforeSid: '', limit: 100_000 };
      return (await process.deps.store.list(all)).found.map(({ play }) => play).reverse();
    },
    live: async () => (await world.plays()).filter(({ status }) => !isTerminal(status)),
    end: (sid: string, status: TerminalStatus = 'success') =>
      process.deps.store.change(sid, (play) => {
        const ended = isTerminal(play.status) ? play : end(play, status, clock.now());
        return { play: ended, result: ended };
      }),
    stop: (sid: string) =>
      process.deps.store.change(sid, (play) => ({ play: cancel(play, '', clock.now()), result: undefined })),
    /** The process dies at its n-th write from now. */
    crashAt(writes: number, late: boolean): void {
      Object.assign(process.fault, { in: writes, late });
    },
    /** A new process on the same data. */
    restart(): void {
      process = boot(db);
    },
    close: () => db.close(),
  };
  return world;
}

const PLAIN: CreateTrigger = {
  workflowSid: 'w1',
  workflowName: '',
  kind: 'cron',
  spec: '{"cron":"0 * * * *"}',
  inputData: '',
  name: '',
  overlap: 'allow_all',
  jitterMs: 0,
  pauseAfterFailures: 0,
  versionSid: '',
  enabled: true,
  requestId: '',
};
