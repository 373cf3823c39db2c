// A scheduler on a real SQLite database, with a tiny registry and a tiny executor beside it, called over the in-memory transport.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import {
  type Clock,
  createGroupCommit,
  createInProcessSignals,
  createLocalTransport,
  createSids,
  type Database,
  HeroError,
  openDatabase,
  type Routes,
  silentLog,
  startLoops,
  systemClock,
  timeToPb,
  toHeroError,
  type Vault,
  writePrincipal,
} from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { ChoiceService } from '@hero-logic/proto/herologic/bench/v1/choice_service_pb';
import { PlayDataService } from '@hero-logic/proto/herologic/executor/v1/play_data_service_pb';
import {
  type CopyRecordRequest,
  type DryReplayRequest,
  ReplayService,
} from '@hero-logic/proto/herologic/executor/v1/replay_service_pb';
import { SpanSchema } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { AccessCheckService } from '@hero-logic/proto/herologic/registry/v1/access_check_service_pb';
import type { AuditEvent } from '@hero-logic/proto/herologic/registry/v1/access_pb';
import { CatalogService } from '@hero-logic/proto/herologic/registry/v1/catalog_service_pb';
import { ExampleSchema } from '@hero-logic/proto/herologic/registry/v1/example_pb';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import type { FlowFieldSchema } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import type { VersionLimitsSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import { BulkService } from '@hero-logic/proto/herologic/scheduler/v1/bulk_service_pb';
import { ErrorGroupService } from '@hero-logic/proto/herologic/scheduler/v1/error_group_service_pb';
import { HealthService } from '@hero-logic/proto/herologic/scheduler/v1/health_service_pb';
import { HookService } from '@hero-logic/proto/herologic/scheduler/v1/hook_service_pb';
import { LeaseService, RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { WaitKind } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlayService, type StartPlayRequestSchema } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { RetentionService } from '@hero-logic/proto/herologic/scheduler/v1/retention_service_pb';
import { TriggerService } from '@hero-logic/proto/herologic/scheduler/v1/trigger_service_pb';
import { WebhookService } from '@hero-logic/proto/herologic/scheduler/v1/webhook_service_pb';
import { WorkflowPlaysService } from '@hero-logic/proto/herologic/scheduler/v1/workflow_plays_service_pb';
import { placeOf } from '../src/domain/filter/condition.ts';
import { buildScheduler, type SchedulerConfig } from '../src/index.ts';

interface TestWorkflow {
  readonly sid: string;
  readonly name: string;
  /** Absent = the first one. */
  readonly namespace?: string;
  readonly archived?: boolean;
  readonly inputs?: MessageInitShape<typeof FlowFieldSchema>[];
  readonly limits?: MessageInitShape<typeof VersionLimitsSchema>;
}

interface TestExample {
  readonly sid: string;
  readonly workflowSid: string;
  readonly inputValues: Record<string, string>;
  readonly resumes?: Record<string, string>;
}

export interface HarnessOptions {
  readonly config?: Partial<SchedulerConfig>;
  readonly clock?: Clock;
  readonly workflows?: TestWorkflow[];
  readonly examples?: TestExample[];
  /** Keep the database of an earlier harness. */
  readonly file?: string;
  readonly loops?: boolean;
  readonly vault?: Vault;
}

type StartRequest = MessageInitShape<typeof StartPlayRequestSchema>;
export type StartInit = Omit<StartRequest, '$typeName' | 'workflow'> & {
  workflow?: Exclude<StartRequest['workflow'], undefined>;
};

export function createHarness(options: HarnessOptions = {}) {
  const { clock = systemClock } = options;
  const temp = options.file === undefined ? createTempDir() : undefined;
  const file = options.file ?? `${temp?.path}/scheduler.sqlite`;
  const db: Database = openDatabase(file);
  const commit = createGroupCommit(db);
  const signals = createInProcessSignals();
  const workflows = options.workflows ?? [{ sid: 'w1', name: 'greet' }];
  const spans = new Map<string, { spanId: string; seq: number }[]>();
  const executorState = { down: false };
  const playData: PlayDataState = { removed: [], down: false };
  const record: RecordState = { spans: {}, copies: [], replays: [], finding: {}, fail: undefined };
  const audited: AuditEvent[] = [];
  const others = createLocalTransport({
    log: silentLog,
    routes: [
      auditRoutes(audited),
      registryRoutes(workflows, options.examples ?? []),
      spanRoutes(spans, executorState),
      replayRoutes(record),
      playDataRoutes(playData),
      choiceRoutes,
    ],
  });
  const scheduler = buildScheduler({
    db,
    commit,
    clock,
    newSid: createSids({ now: () => clock.now() }),
    log: silentLog,
    signals,
    registry: others,
    executor: others,
    bench: others,
    vault: options.vault,
    config: { leaseTtlMs: 10_000, cancelGraceMs: 300, ownsAllLeases: false, ...options.config },
  });
  const transport = createLocalTransport({ log: silentLog, routes: [scheduler.routes] });
  const running = options.loops === false ? undefined : startLoops(scheduler.loops);
  const plays = createClient(PlayService, transport);
  const leases = createClient(LeaseService, transport);
  return {
    db,
    commit,
    file,
    signals,
    spans,
    workflows,
    /** What the scheduler has written into the audit log. */
    audited,
    executorState,
    record,
    playData,
    plays,
    leases,
    hooks: createClient(HookService, transport),
    triggers: createClient(TriggerService, transport),
    webhooks: createClient(WebhookService, transport),
    bulk: createClient(BulkService, transport),
    errorGroups: createClient(ErrorGroupService, transport),
    retention: createClient(RetentionService, transport),
    health: createClient(HealthService, transport),
    workflowPlays: createClient(WorkflowPlaysService, transport),
    /** Stops as after a crash: nothing is put away but the handles. */
    async close(keepFile = false) {
      await running?.stop();
      await scheduler.close();
      commit.close();
      db.close();
      if (!keepFile) temp?.remove();
    },
    start: ({ workflow, ...request }: StartInit = {}) =>
      plays.startPlay({ workflow: workflow ?? { case: 'workflowSid', value: 'w1' }, ...request }),
    /** Claims without waiting; the sids. */
    async claimSome(freeSlots: number, executorId = 'e1') {
      const { plays: claimed } = await leases.acquirePlays({ executorId, freeSlots });
      return claimed.map(({ play, leaseToken }) => ({ playSid: play?.sid ?? '', leaseToken }));
    },
    /** Claims one play; fails when there is none. */
    async claim(waitMs = 0) {
      const { plays: claimed } = await leases.acquirePlays({ executorId: 'e1', freeSlots: 1, waitMs: BigInt(waitMs) });
      const [one] = claimed;
      if (one?.play === undefined) throw new Error('nothing to claim');
      return { ...one, play: one.play, lease: { playSid: one.play.sid, leaseToken: one.leaseToken } };
    },
    pause: (
      lease: { playSid: string; leaseToken: string },
      resumeId: string,
      more: Omit<MessageInitShape<typeof LeaseService.method.recordPause.input>, '$typeName'> = {},
    ) => leases.recordPause({ lease, resumeId, name: resumeId, kind: WaitKind.ANSWER, ...more }),
    report: (
      lease: { playSid: string; leaseToken: string },
      outcome: RunOutcome,
      more: Omit<MessageInitShape<typeof LeaseService.method.reportPlay.input>, '$typeName'> = {},
    ) => leases.reportPlay({ lease, outcome, durationMs: 10n, ...more }),
  };
}

export type Harness = ReturnType<typeof createHarness>;

/** Options of a call by somebody who is confined to a namespace. */
export function inNamespace(namespace: string) {
  const headers = new Headers();
  writePrincipal(headers, { name: 'ann', role: 'author', namespace });
  return { headers };
}

/** The failure of a call, as the closed list has it. */
export async function failure(call: Promise<unknown>): Promise<HeroError> {
  try {
    await call;
  } catch (error) {
    return toHeroError(error);
  }
  throw new Error('the call did not fail');
}

function auditRoutes(audited: AuditEvent[]): Routes {
  return (router) => {
    router.service(AccessCheckService, {
      recordAuditEvents({ events }) {
        audited.push(...events);
        return {};
      },
    });
  };
}

/** Always the second version, and why. */
const choiceRoutes: Routes = (router) =>
  router.service(ChoiceService, {
    pickVersion: ({ workflowSid, userRequest, preferences }) => ({
      versionSid: `${workflowSid}-v2`,
      confidence: 0.9,
      reasoning: `${userRequest} ${preferences?.costWeight}`,
    }),
  });

function registryRoutes(workflows: TestWorkflow[], examples: TestExample[]): Routes {
  const exampleOf = (sid: string) => {
    const found = examples.find((e) => e.sid === sid);
    if (found === undefined) throw new HeroError('EXAMPLE_NOT_FOUND', `no example ${sid}`);
    return found;
  };
  return (router) => {
    router.service(CatalogService, {
      resolveVersion({ workflow, versionSid, namespace }) {
        const found = workflows.find((w) => {
          if (workflow.case === undefined) return versionSid === `${w.sid}-v1`;
          if (workflow.case !== 'name') return w.sid === workflow.value;
          return w.name === workflow.value && placeOf(w.namespace) === placeOf(namespace || undefined);
        });
        if (found === undefined) {
          const reason = workflow.case === undefined ? 'VERSION_NOT_FOUND' : 'WORKFLOW_NOT_FOUND';
          throw new HeroError(reason, 'the registry has none');
        }
        const sid = `${found.sid}-v1`;
        const number = versionSid === '' ? 1 : Number(versionSid.slice(found.sid.length + 2));
        if (versionSid !== '' && versionSid !== `${found.sid}-v${number}`) {
          throw new HeroError('VERSION_NOT_FOUND', 'no such version');
        }
        return {
          workflow: {
            ...{ sid: found.sid, name: found.name, archived: found.archived ?? false, currentVersionSid: sid },
            namespace: found.namespace ?? '',
          },
          version: {
            sid: versionSid || sid,
            workflowSid: found.sid,
            number,
            inputs: found.inputs ?? [],
            limits: found.limits ?? {},
          },
        };
      },
    });
    router.service(ExampleService, {
      getExample({ exampleSid }) {
        return create(ExampleSchema, exampleOf(exampleSid));
      },
    });
  };
}

interface RecordState {
  /** When each span began; a span that is not here does not exist. In order. */
  spans: Record<string, number>;
  readonly copies: CopyRecordRequest[];
  readonly replays: DryReplayRequest[];
  finding: MessageInitShape<typeof ReplayService.method.dryReplay.output>;
  /** What the next copy that is no check meets. */
  fail: HeroError | undefined;
}

function replayRoutes(record: RecordState): Routes {
  return (router) => {
    router.service(ReplayService, {
      copyRecord(request) {
        record.copies.push(request);
        const order = Object.keys(record.spans);
        const at = order.indexOf(request.fromSpanId);
        if (at < 0) throw new HeroError('SPAN_NOT_FOUND', `no span ${request.fromSpanId}`);
        if (record.fail !== undefined && !request.checkOnly) throw record.fail;
        const askedBefore = request.askingSpanIds.filter((id) => order.slice(0, at).includes(id));
        return { beganAt: timeToPb(record.spans[request.fromSpanId] ?? 0), spans: BigInt(at), askedBefore };
      },
      dryReplay(request) {
        record.replays.push(request);
        return record.finding;
      },
    });
  };
}

interface PlayDataState {
  readonly removed: string[];
  down: boolean;
}

function playDataRoutes(state: PlayDataState): Routes {
  return (router) => {
    router.service(PlayDataService, {
      removePlays({ playSids }) {
        if (state.down) throw new HeroError('UNAVAILABLE', 'down');
        state.removed.push(...playSids);
        return {};
      },
      measurePlays: ({ playSids }) => ({ bytes: BigInt(playSids.length * 1000) }),
    });
  };
}

function spanRoutes(spans: Map<string, { spanId: string; seq: number }[]>, state: { down: boolean }): Routes {
  const of = (playSid: string) => {
    if (state.down) throw new HeroError('UNAVAILABLE', 'down');
    return (spans.get(playSid) ?? []).map((s) => create(SpanSchema, { ...s, seq: BigInt(s.seq), playSid }));
  };
  return (router) => {
    router.service(SpanService, {
      getSkeleton({ playSid, limit }) {
        const all = of(playSid);
        const shown = all.slice(0, limit);
        return { spans: shown, spansOmitted: BigInt(all.length - shown.length), spanCount: BigInt(all.length) };
      },
      listSpans({ playSid, afterSeq, pageSize }) {
        const page = of(playSid).filter((s) => s.seq > afterSeq);
        const shown = page.slice(0, pageSize);
        return { spans: shown, nextSeq: shown.at(-1)?.seq ?? afterSeq };
      },
    });
  };
}

export { RunOutcome, WaitKind };
