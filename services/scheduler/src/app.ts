// The composition root of the scheduler: the only file that knows every layer.

import type { Transport } from '@connectrpc/connect';
import {
  type Clock,
  createAuditTrail,
  createAuditWriter,
  createPeriodicLoop,
  createSchemaCheck,
  createVault,
  DEFAULT_NAMESPACE,
  type Log,
  type Loop,
  type Meter,
  type NewSid,
  newToken,
  noMeter,
  noProcessState,
  type ReadProcessState,
  type Service,
  type ServiceStore,
  type Signals,
  type Tracing,
  topics,
  type Vault,
} from '@hero-logic/platform';
import { createCatalog } from './clients/catalog.ts';
import { createChoice } from './clients/choice.ts';
import { createPlayData } from './clients/play-data.ts';
import { createWriteRecord } from './clients/records.ts';
import { createReplays } from './clients/replays.ts';
import { createSpans } from './clients/spans.ts';
import { claimPlays, unclaimPlays } from './domain/commands/claim-plays.ts';
import {
  type CommandDeps,
  DUE_TOPIC,
  FAMILY_TOPIC,
  type PlayWatcher,
  type SchedulerConfig,
} from './domain/commands/deps.ts';
import {
  beginDelayed,
  expireLeases,
  expirePauses,
  openRates,
  takeOverAll,
  wakeMissed,
} from './domain/commands/expire.ts';
import { cancelLeftChildren, tellParents } from './domain/commands/families.ts';
import type { OperateDeps } from './domain/commands/operate/deps.ts';
import { TRIGGER_TOPIC, type TriggerDeps } from './domain/commands/trigger/deps.ts';
import { fireDue } from './domain/commands/trigger/fire-due.ts';
import { settleFires } from './domain/commands/trigger/settle-fires.ts';
import { boundWaiting, createDeliveries, type Deliveries, forgetOld } from './domain/commands/webhook/deliver.ts';
import { WEBHOOK_TOPIC, type WebhookDeps } from './domain/commands/webhook/deps.ts';
import { createRefusalBudget } from './domain/hook/refusal-budget.ts';
import { createSecretBox } from './domain/hook/secret-box.ts';
import { createClaimQueue } from './loops/claim-queue.ts';
import { createDueLoop } from './loops/due-loop.ts';
import { createRecovery, type Recovery } from './loops/recovery.ts';
import { createTriggerEnds } from './loops/trigger-ends.ts';
import { createSchedulerMetrics } from './metrics.ts';
import { createOperateLoops, createOperateRoutes } from './operate.ts';
import { addressProblem, createAddressRules } from './outside/address-rules.ts';
import { createWebhookSender } from './outside/webhook-sender.ts';
import { createPlayTraces } from './play-trace.ts';
import { createRoutes } from './routes.ts';
import { createHealthService } from './rpc/health-service.ts';
import { createHookService } from './rpc/hook-service.ts';
import { createLeaseService } from './rpc/lease-service.ts';
import { createPlayService } from './rpc/play-service.ts';
import { createTriggerService } from './rpc/trigger-service.ts';
import { createWebhookService } from './rpc/webhook-service.ts';
import { createWorkflowPlaysService } from './rpc/workflow-plays-service.ts';
import { createMongoStores } from './storage/stores.mongo.ts';
import { createSqliteStores } from './storage/stores.sqlite.ts';
import { createJsonataTransforms } from './transforms/jsonata-transforms.ts';

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
  /** Seals the secrets of webhooks; absent = there is no key. */
  readonly vault?: Vault | undefined;
  readonly meter?: Meter;
  /** How this process does; absent = nobody looks. */
  readonly processState?: ReadProcessState | undefined;
  /** Absent = nobody traces. */
  readonly tracing?: Tracing | undefined;
}

export type SchedulerDeps = SchedulerNeeds & ServiceStore;

export function buildScheduler(options: SchedulerDeps): Service {
  const { clock, newSid, signals, config, tracing, meter = noMeter, vault = createVault([]) } = options;
  const { processState = noProcessState } = options;
  const log = options.log.child({ service: 'scheduler' });
  const onQueued = () => signals.publish(WEBHOOK_TOPIC);
  const secretBox = createSecretBox(vault);
  const { seal } = secretBox;
  const stores =
    'mongo' in options
      ? createMongoStores(options.mongo, { clock, log, onQueued, seal })
      : createSqliteStores({ ...options, onQueued, seal });
  const { store } = stores;
  const catalog = createCatalog(options.registry);
  const spans = createSpans(options.executor);
  const metrics = createSchedulerMetrics({ meter, figures: stores.figures, clock, log });
  const traces = tracing === undefined ? undefined : createPlayTraces({ tracing, find: store.find, log });
  const watcher: PlayWatcher = {
    ...metrics,
    changed(play) {
      metrics.changed(play);
      traces?.changed(play);
    },
  };
  const transforms = createJsonataTransforms();
  const audit = createAuditTrail({ write: createAuditWriter(options.registry), clock, newSid, log });
  const deps: TriggerDeps & OperateDeps = {
    store,
    escalated: ({ sid, namespace = DEFAULT_NAMESPACE }, resumeId) =>
      audit.happened({
        method: 'PlayService.Escalate',
        subject: { play_sid: sid, resume_id: resumeId },
        namespace,
      }),
    linkUsed: ({ playSid, resumeId }, namespace, refusal) =>
      audit.happened({
        ...{ method: 'HookService.AnswerLinkedResume', caller: 'link', namespace, refusal },
        subject: { play_sid: playSid, resume_id: resumeId },
      }),
    bulk: stores.bulk,
    errorGroups: stores.errorGroups,
    removals: stores.removals,
    retention: stores.retention,
    playData: createPlayData(options.executor),
    triggers: stores.triggers,
    hooks: stores.hooks,
    transforms,
    refusals: createRefusalBudget(),
    secretBox,
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
    watcher,
  };
  const closing = new AbortController();
  const rules = createAddressRules(config.webhookNetworks ?? []);
  const sender = createWebhookSender({ rules });
  const webhookDeps: WebhookDeps = {
    ...deps,
    webhooks: stores.webhooks,
    sender,
    addressProblem: (host) => addressProblem(rules, host),
    publicUrl: config.publicUrl ?? '',
    random: Math.random,
  };
  const deliveries = createDeliveries(webhookDeps);
  const queue = createClaimQueue({
    signals,
    log,
    claim: (wanted) => claimPlays(deps, wanted),
    countPending: store.countPending,
    putBack: (claimed) => unclaimPlays(deps, claimed),
  });
  const recovery = createRecovery(async () => {
    if (config.ownsAllLeases) {
      await takeOverAll(deps);
      await deps.bulk.freeLeases();
      await stores.executors.forget(Number.POSITIVE_INFINITY);
    }
    await wakeMissed(deps);
  });
  return {
    name: 'scheduler',
    routes: createRoutes({
      plays: createPlayService({
        deps,
        spans,
        writeRecord: createWriteRecord(options.executor),
        closing: closing.signal,
      }),
      leases: createLeaseService({ deps, executors: stores.executors, queue, ready: recovery.ready }),
      health: createHealthService({
        ...{ executors: stores.executors, figures: stores.figures, nextTrigger: stores.triggers.nextDue },
        ...{ processState, leaseTtlMs: config.leaseTtlMs, clock },
      }),
      hooks: createHookService(deps),
      triggers: createTriggerService(deps),
      webhooks: createWebhookService(webhookDeps),
      workflowPlays: createWorkflowPlaysService(deps),
      operate: createOperateRoutes(deps),
    }),
    loops: [
      ...createLoops(deps, recovery),
      ...createTriggerLoops(deps),
      ...createWebhookLoops(webhookDeps, deliveries),
      ...createOperateLoops(deps, recovery),
      ...stores.loops,
    ],
    async close() {
      closing.abort();
      queue.close();
      await deliveries.close();
      await audit.close();
      sender.close();
      await transforms.close();
    },
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
      name: 'delayed-starts',
      topics: [topics.playsReady],
      nextDue: store.nextDelayed,
      turn: () => beginDelayed(deps),
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

function createTriggerLoops(deps: TriggerDeps): Loop[] {
  const { clock, signals, log, triggers } = deps;
  return [
    createDueLoop({
      ...{ clock, signals, log },
      name: 'triggers',
      topics: [TRIGGER_TOPIC],
      nextDue: triggers.nextDue,
      turn: () => fireDue(deps),
    }),
    createTriggerEnds({
      ...{ clock, signals, log },
      topic: FAMILY_TOPIC,
      hasWork: async () =>
        (await triggers.listStarted(undefined, 1)).length + (await triggers.listWaiting('', 1)).length > 0,
      look: () => settleFires(deps),
    }),
  ];
}

const FORGET_EVERY_MS = 60_000;

function createWebhookLoops(deps: WebhookDeps, { nextDue, turn }: Deliveries): Loop[] {
  const { clock, signals, log } = deps;
  return [
    createDueLoop({ ...{ clock, signals, log }, name: 'webhooks', topics: [WEBHOOK_TOPIC], nextDue, turn }),
    createPeriodicLoop({
      ...{ clock, log },
      name: 'old-deliveries',
      everyMs: FORGET_EVERY_MS,
      turn: async () => {
        await forgetOld(deps);
        await boundWaiting(deps);
      },
    }),
  ];
}
