// The composition root of the scheduler: the only file that knows every layer.

import type { Transport } from '@connectrpc/connect';
import {
  type Clock,
  createPeriodicLoop,
  createSchemaCheck,
  type Log,
  type Loop,
  type NewSid,
  newToken,
  type Service,
  type ServiceStore,
  type Signals,
  topics,
} from '@hero-logic/platform';
import { createCatalog } from './clients/catalog.ts';
import { createChoice } from './clients/choice.ts';
import { createReplays } from './clients/replays.ts';
import { createSpans } from './clients/spans.ts';
import { claimPlays, unclaimPlays } from './domain/commands/claim-plays.ts';
import { type CommandDeps, DUE_TOPIC, FAMILY_TOPIC, type SchedulerConfig } from './domain/commands/deps.ts';
import { expireLeases, expirePauses, openRates, takeOverAll, wakeMissed } from './domain/commands/expire.ts';
import { cancelLeftChildren, tellParents } from './domain/commands/families.ts';
import type { PlayStore } from './domain/play-store.ts';
import { createClaimQueue } from './loops/claim-queue.ts';
import { createDueLoop } from './loops/due-loop.ts';
import { createRecovery, type Recovery } from './loops/recovery.ts';
import { createRoutes } from './routes.ts';
import { createLeaseService } from './rpc/lease-service.ts';
import { createPlayService } from './rpc/play-service.ts';
import { createWorkflowPlaysService } from './rpc/workflow-plays-service.ts';
import { createMongoPlayStore } from './storage/play-store.mongo.ts';
import { createSqlitePlayStore } from './storage/play-store.sqlite.ts';

interface SchedulerNeeds {
  readonly clock: Clock;
  readonly newSid: NewSid;
  readonly log: Log;
  readonly signals: Signals;
  /** CatalogService and ExampleService. */
  readonly registry: Transport;
  /** SpanService and ReplayService. */
  readonly executor: Transport;
  /** ChoiceService. */
  readonly bench: Transport;
  readonly config: SchedulerConfig;
}

export type SchedulerDeps = SchedulerNeeds & ServiceStore;

export function buildScheduler(options: SchedulerDeps): Service {
  const { clock, newSid, signals, config } = options;
  const log = options.log.child({ service: 'scheduler' });
  const { store, loops: storeLoops } = createStore(options, log);
  const catalog = createCatalog(options.registry);
  const spans = createSpans(options.executor);
  const deps: CommandDeps = {
    store,
    catalog,
    replays: createReplays(options.executor),
    choice: createChoice(options.bench),
    schemas: createSchemaCheck(),
    clock,
    newSid,
    newToken,
    signals,
    log,
    config,
    closeSpans: spans.close,
  };
  const closing = new AbortController();
  const queue = createClaimQueue({
    signals,
    log,
    claim: (wanted) => claimPlays(deps, wanted),
    countPending: store.countPending,
    putBack: (claimed) => unclaimPlays(deps, claimed),
  });
  const recovery = createRecovery(async () => {
    if (config.ownsAllLeases) await takeOverAll(deps);
    await wakeMissed(deps);
  });
  return {
    name: 'scheduler',
    routes: createRoutes({
      plays: createPlayService({ deps, spans, closing: closing.signal }),
      leases: createLeaseService({ deps, queue, ready: recovery.ready }),
      workflowPlays: createWorkflowPlaysService(deps),
    }),
    loops: [...createLoops(deps, recovery), ...storeLoops],
    async close() {
      closing.abort();
      queue.close();
    },
  };
}

const FINISH_EVERY_MS = 3000;

function createStore(options: SchedulerDeps, log: Log): { readonly store: PlayStore; readonly loops: Loop[] } {
  if (!('mongo' in options)) return { store: createSqlitePlayStore(options), loops: [] };
  const { clock } = options;
  const store = createMongoPlayStore(options.mongo);
  const turn = () => store.finish(clock.now());
  return {
    store,
    loops: [createPeriodicLoop({ name: 'unfinished-changes', everyMs: FINISH_EVERY_MS, clock, log, turn })],
  };
}

function createLoops(deps: CommandDeps, recovery: Recovery): Loop[] {
  const { clock, signals, log, store } = deps;
  return [
    createDueLoop({
      ...{ clock, signals, log },
      name: 'expired-leases',
      // A claim sends no signal here: looking twice within a lease is enough to be in time for its end.
      topics: [],
      recheckMs: Math.min(5000, Math.ceil(deps.config.leaseTtlMs / 2)),
      nextDue: async () => {
        await recovery.ready();
        return store.nextLeaseExpiry();
      },
      turn: () => expireLeases(deps),
    }),
    createDueLoop({
      ...{ clock, signals, log },
      name: 'due-pauses',
      topics: [DUE_TOPIC],
      nextDue: store.nextPauseDue,
      turn: () => expirePauses(deps),
    }),
    createDueLoop({
      ...{ clock, signals, log },
      name: 'start-rates',
      topics: [topics.playsReady],
      nextDue: store.nextRateOpening,
      turn: () => openRates(deps),
    }),
    createDueLoop({
      ...{ clock, signals, log },
      name: 'families',
      topics: [FAMILY_TOPIC],
      nextDue: async () => ((await store.hasFamilyWork()) ? clock.now() : undefined),
      turn: async () => {
        await tellParents(deps);
        await cancelLeftChildren(deps);
      },
    }),
  ];
}
