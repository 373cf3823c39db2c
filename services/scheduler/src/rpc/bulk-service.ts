// BulkService: translates for who does one thing to many plays.

import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { decodePageToken, encodePageToken, pageSize, principalOf, timeToPb } from '@hero-logic/platform';
import {
  BulkJobSchema,
  BulkAction as PbAction,
  type BulkJob as PbBulkJob,
  BulkStatus as PbStatus,
} from '@hero-logic/proto/herologic/scheduler/v1/bulk_job_pb';
import type { BulkService } from '@hero-logic/proto/herologic/scheduler/v1/bulk_service_pb';
import { type BulkAction, type BulkJob, type BulkStatus, stop, undo } from '../domain/bulk/bulk-job.ts';
import { BULK_TOPIC, type OperateDeps } from '../domain/commands/operate/deps.ts';
import { countPlays, startBulkJob } from '../domain/commands/operate/start-bulk-job.ts';
import { bulkJobFinal, bulkJobNotFound } from '../domain/errors.ts';
import { within } from '../domain/filter/condition.ts';
import { resolveFilter } from '../domain/filter/resolve-filter.ts';
import { spanFromPb } from './duration-codec.ts';

const UNDO_WINDOW_MS = 3_600_000;

export function createBulkService(deps: OperateDeps): ServiceImpl<typeof BulkService> {
  const { bulk, clock, signals } = deps;

  async function mustFind(sid: string): Promise<BulkJob> {
    const job = await bulk.find(sid);
    if (job === undefined) throw bulkJobNotFound(sid);
    return job;
  }

  async function change(sid: string, decide: (job: BulkJob, now: number) => BulkJob): Promise<PbBulkJob> {
    const job = await bulk.change(sid, (found) => decide(found, clock.now()));
    signals.publish(BULK_TOPIC);
    return jobToPb(job);
  }

  return {
    async countPlays({ filter }, { requestHeader }) {
      const { namespace } = principalOf(requestHeader);
      const conditions = await resolveFilter(deps.catalog, filter, { now: clock.now(), namespace });
      const { matches, isMore } = await countPlays(deps.store, [...within(namespace), ...conditions]);
      return { matches: BigInt(matches), isMore };
    },
    async startBulkJob({ action, filter, versionSid, reason, requestId }, { requestHeader }) {
      const { name: createdBy, namespace } = principalOf(requestHeader);
      const asked = { filter, versionSid, reason, requestId, createdBy, namespace, undoWindowMs: 0 };
      return jobToPb(await startBulkJob(deps, { ...asked, action: ACTION_FROM_PB[action] ?? 'cancel' }));
    },
    async deletePlays({ filter, undoWindow, reason, requestId }, { requestHeader }) {
      const { name: createdBy, namespace } = principalOf(requestHeader);
      const undoWindowMs = spanFromPb(undoWindow) ?? UNDO_WINDOW_MS;
      const asked = { filter, reason, requestId, createdBy, namespace, undoWindowMs, versionSid: '' };
      return jobToPb(await startBulkJob(deps, { ...asked, action: 'delete' }));
    },
    getBulkJob: async ({ jobSid }) => jobToPb(await mustFind(jobSid)),
    async listBulkJobs({ pageSize: asked, pageToken }, { requestHeader }) {
      const limit = pageSize(asked, 50, 200);
      const [beforeSid = ''] = decodePageToken(pageToken) ?? [];
      const found = await bulk.list({
        namespace: principalOf(requestHeader).namespace,
        beforeSid: String(beforeSid),
        limit: limit + 1,
      });
      const jobs = found.slice(0, limit);
      const last = found.length > limit ? jobs.at(-1) : undefined;
      return { jobs: jobs.map(jobToPb), nextPageToken: last === undefined ? '' : encodePageToken([last.sid]) };
    },
    async listBulkFailures({ jobSid, pageSize: asked, pageToken }) {
      await mustFind(jobSid);
      const limit = pageSize(asked, 100, 1000);
      const [after = 0] = decodePageToken(pageToken) ?? [];
      const found = await bulk.listFailures(jobSid, Number(after) || 0, limit + 1);
      const failures = found.slice(0, limit).map(({ playSid, reason, message }) => ({ playSid, reason, message }));
      const last = found.length > limit ? found[limit - 1] : undefined;
      return { failures, nextPageToken: last === undefined ? '' : encodePageToken([last.seq]) };
    },
    stopBulkJob: ({ jobSid }) => change(jobSid, stop),
    undoBulkJob: ({ jobSid }) =>
      change(jobSid, (job, now) => {
        if (job.action !== 'delete')
          throw bulkJobFinal(jobSid, `is no deletion: what ${job.action} did cannot be undone`);
        const next = undo(job, now);
        if (next === undefined) throw bulkJobFinal(jobSid, 'is past its undo window: its plays are removed');
        return next;
      }),
  };
}

const ACTION_FROM_PB: Record<PbAction, BulkAction | undefined> = {
  [PbAction.UNSPECIFIED]: undefined,
  [PbAction.CANCEL]: 'cancel',
  [PbAction.RERUN]: 'rerun',
  [PbAction.RESUME_ON_VERSION]: 'resume_on_version',
  [PbAction.DELETE]: 'delete',
};

const ACTION_TO_PB: Record<BulkAction, PbAction> = {
  cancel: PbAction.CANCEL,
  rerun: PbAction.RERUN,
  resume_on_version: PbAction.RESUME_ON_VERSION,
  delete: PbAction.DELETE,
};

const STATUS_TO_PB: Record<BulkStatus, PbStatus> = {
  running: PbStatus.RUNNING,
  undo_window: PbStatus.UNDO_WINDOW,
  removing: PbStatus.REMOVING,
  done: PbStatus.DONE,
  stopped: PbStatus.STOPPED,
  undoing: PbStatus.UNDOING,
  undone: PbStatus.UNDONE,
};

function jobToPb(job: BulkJob): PbBulkJob {
  return create(BulkJobSchema, {
    sid: job.sid,
    action: ACTION_TO_PB[job.action],
    filter: job.filter,
    status: STATUS_TO_PB[job.status],
    versionSid: job.versionSid,
    reason: job.reason,
    createdBy: job.createdBy,
    namespace: job.namespace ?? '',
    total: BigInt(job.total),
    totalIsMore: job.totalIsMore,
    seen: BigInt(job.done + job.skipped + job.failed),
    done: BigInt(job.done),
    skipped: BigInt(job.skipped),
    failed: BigInt(job.failed),
    removed: BigInt(job.removed),
    createdAt: timeToPb(job.createdAt),
    ...(job.endedAt === undefined ? {} : { endedAt: timeToPb(job.endedAt) }),
    ...(job.undoUntil === undefined ? {} : { undoUntil: timeToPb(job.undoUntil) }),
  });
}
