// A scheduler and a registry small enough to read: plays are put in a queue, and what the executor says is kept.

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ConnectRouter, Transport } from '@connectrpc/connect';
import { createLocalTransport, HeroError, silentLog, timeToPb } from '@hero-logic/platform';
import { CatalogService } from '@hero-logic/proto/herologic/registry/v1/catalog_service_pb';
import type { WorkflowVersionSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import {
  type Answer,
  type ClaimedPlaySchema,
  LeaseService,
  LeaseState,
  type RecordPauseRequest,
  type RecordPauseResponseSchema,
  type ReportExecutorRequest,
  type ReportPlayRequest,
  RunOutcome,
} from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { type PlaySchema, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';

type Claimed = MessageInitShape<typeof ClaimedPlaySchema>;

export interface TinyScheduler {
  readonly transport: Transport;
  readonly reports: ReportPlayRequest[];
  readonly pauses: RecordPauseRequest[];
  readonly withdrawn: string[];
  readonly states: ReportExecutorRequest[];
  readonly acquires: { freeSlots: number }[];
  /** How leases stand, by play; absent = ok. */
  readonly leases: Map<string, LeaseState>;
  /** What a pause gets; by default no answer. */
  onPause: (request: RecordPauseRequest) => MessageInitShape<typeof RecordPauseResponseSchema>;
  /** Called before each RPC with its name: may throw. */
  onCall: (name: string) => void;
  addVersion(sid: string, source: string, more?: MessageInitShape<typeof WorkflowVersionSchema>): void;
  /** Puts a play in the queue; the attempt grows by itself. */
  enqueue(playSid: string, play?: MessageInitShape<typeof PlaySchema>, answers?: Partial<Answer>[]): void;
  /** Ends a play that has no process. */
  cancel(playSid: string): void;
  /** The report of this play's next run that was not asked for yet. */
  reported(playSid: string): Promise<ReportPlayRequest>;
}

const TOKEN = 'token';

export function createTinyScheduler(): TinyScheduler {
  const versions = new Map<string, MessageInitShape<typeof WorkflowVersionSchema>>();
  const plays = new Map<string, { status: PlayStatus; attempt: number }>();
  const seen = new Map<string, number>();
  let queue: Claimed[] = [];
  let wake: () => void = () => {};
  const wakeReports: (() => void)[] = [];

  const scheduler: TinyScheduler = {
    transport: undefined as unknown as Transport,
    reports: [],
    pauses: [],
    withdrawn: [],
    states: [],
    acquires: [],
    leases: new Map(),
    onPause: () => ({}),
    onCall: () => {},
    addVersion: (sid, source, more = {}) => void versions.set(sid, { sid, pythonSource: source, ...more }),
    enqueue(playSid, play = {}, answers = []) {
      const attempt = (plays.get(playSid)?.attempt ?? 0) + 1;
      plays.set(playSid, { status: PlayStatus.RUNNING, attempt });
      queue.push({
        play: {
          sid: playSid,
          workflowVersionSid: 'v1',
          workflowName: 'main',
          inputData: '{}',
          attempt,
          startedAt: timeToPb(Date.now()),
          ...play,
        },
        leaseToken: `${TOKEN}-${playSid}-${attempt}`,
        answers: answers as Claimed['answers'] & object,
      } as Claimed);
      wake();
    },
    cancel(playSid) {
      const play = plays.get(playSid);
      if (play !== undefined) play.status = PlayStatus.CANCELLED;
    },
    async reported(playSid) {
      const index = seen.get(playSid) ?? 0;
      for (;;) {
        const report = scheduler.reports.filter((r) => r.lease?.playSid === playSid)[index];
        if (report !== undefined) {
          seen.set(playSid, index + 1);
          return report;
        }
        await new Promise<void>((resolve) => wakeReports.push(resolve));
      }
    },
  };

  const routes = (router: ConnectRouter) => {
    router.service(LeaseService, {
      async acquirePlays(request, { signal }) {
        scheduler.onCall('acquirePlays');
        scheduler.acquires.push({ freeSlots: request.freeSlots });
        while (queue.length === 0 && !signal.aborted) {
          await new Promise<void>((resolve) => {
            wake = resolve;
            signal.addEventListener('abort', () => resolve());
          });
        }
        const claimed = queue.slice(0, request.freeSlots);
        queue = queue.slice(request.freeSlots);
        return { plays: claimed };
      },
      renewLeases(request) {
        scheduler.onCall('renewLeases');
        return {
          renewals: request.leases.map(({ playSid }) => ({
            playSid,
            state: scheduler.leases.get(playSid) ?? LeaseState.OK,
          })),
        };
      },
      recordPause(request) {
        scheduler.onCall('recordPause');
        scheduler.pauses.push(request);
        return scheduler.onPause(request);
      },
      withdrawPauses(request) {
        scheduler.onCall('withdrawPauses');
        scheduler.withdrawn.push(...request.resumeIds);
        return {};
      },
      reportExecutor(request) {
        scheduler.onCall('reportExecutor');
        scheduler.states.push(request);
        return {};
      },
      reportPlay(request) {
        scheduler.onCall('reportPlay');
        scheduler.reports.push(request);
        const play = plays.get(request.lease?.playSid ?? '');
        if (play !== undefined) play.status = STATUS[request.outcome] ?? PlayStatus.FAILED;
        for (const resolve of wakeReports.splice(0)) resolve();
        return { status: play?.status ?? PlayStatus.FAILED };
      },
    });
    router.service(PlayService, {
      getPlay({ playSid, withSpans }) {
        if (withSpans !== false) throw new Error('the executor must not ask for spans');
        const play = plays.get(playSid);
        if (play === undefined) throw new HeroError('PLAY_NOT_FOUND', `there is no play ${playSid}`);
        return { sid: playSid, status: play.status };
      },
    });
    router.service(CatalogService, {
      resolveVersion({ workflow, versionSid }) {
        scheduler.onCall('resolveVersion');
        const sid = versionSid || `${workflow.value}-current`;
        const version = versions.get(sid);
        if (version === undefined && workflow.case === 'name') {
          throw new HeroError('WORKFLOW_NOT_FOUND', `there is no workflow ${workflow.value}`);
        }
        if (version === undefined) throw new HeroError('VERSION_NOT_FOUND', `there is no version ${sid}`);
        return { workflow: { sid: 'w1', name: workflow.value ?? 'main' }, version };
      },
    });
  };
  return Object.assign(scheduler, { transport: createLocalTransport({ routes: [routes], log: silentLog }) });
}

const STATUS: Partial<Record<RunOutcome, PlayStatus>> = {
  [RunOutcome.SUCCESS]: PlayStatus.SUCCESS,
  [RunOutcome.TIMED_OUT]: PlayStatus.TIMED_OUT,
  [RunOutcome.CANCELLED]: PlayStatus.CANCELLED,
  [RunOutcome.AWAITING_RESUME]: PlayStatus.AWAITING_RESUME,
  [RunOutcome.RELEASED]: PlayStatus.PENDING,
};
