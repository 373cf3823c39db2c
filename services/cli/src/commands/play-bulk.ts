// play bulk: one thing done to many plays, in the background of the server.

import { timeFromPb } from '@hero-logic/platform/client';
import {
  BulkAction,
  BulkFailureSchema,
  type BulkJob,
  BulkJobSchema,
  BulkStatus,
} from '@hero-logic/proto/herologic/scheduler/v1/bulk_job_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { readSpan } from '../input/read-time.ts';
import { ago } from '../text/duration.ts';
import { tableLines } from '../text/table.ts';

const LOOK_EVERY_MS = 300;
const SHOWN_FAILURES = 20;
const PAGE = 200;

export type BulkVerb = 'cancel' | 'rerun' | 'resume' | 'delete';

export interface PlayBulkArgs {
  readonly filter: readonly string[];
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly reason?: string;
  readonly requestId?: string;
  readonly undo?: string;
  /** Sid of the version. */
  readonly flowVersion?: string;
}

const ACTIONS = {
  cancel: BulkAction.CANCEL,
  rerun: BulkAction.RERUN,
  resume: BulkAction.RESUME_ON_VERSION,
} as const;

export async function playBulk(context: Context, verb: BulkVerb, args: PlayBulkArgs): Promise<ExitCode> {
  const { clients, io } = context;
  const filter = args.filter.join(' ');
  const { reason = '', requestId = '', flowVersion: versionSid = '' } = args;
  if (args.dryRun) return countPlays(context, filter);
  if (verb === 'resume' && versionSid === '')
    throw new UsageError('--flow-version: say which version the plays go on with');
  const undo = args.undo === undefined ? {} : { undoWindow: readSpan(args.undo, '--undo') };
  const job =
    verb === 'delete'
      ? await clients.bulk.deletePlays({ filter, reason, requestId, ...undo })
      : await clients.bulk.startBulkJob({ action: ACTIONS[verb], filter, reason, requestId, versionSid });
  if (args.wait) return waitForJob(context, job);
  if (context.json) return tellJob(context, job);
  io.out(`${job.sid}\n`);
  io.err(`${totalOf(job)}; "hero-logic play bulk show ${job.sid}" says how far it is.\n`);
  return EXIT.ok;
}

async function countPlays({ clients, io, json }: Context, filter: string): Promise<ExitCode> {
  const { matches, isMore } = await clients.bulk.countPlays({ filter });
  if (json) io.out(`${JSON.stringify({ matches: Number(matches), is_more: isMore })}\n`);
  else io.out(`${isMore ? 'more than ' : ''}${matches}\n`);
  return EXIT.ok;
}

/** Until there is nothing more to do for now: a deletion still has its undo window then. */
async function waitForJob(context: Context, first: BulkJob): Promise<ExitCode> {
  const { clients, clock } = context;
  const abort = context.interrupted();
  let job = first;
  while (isUnderWay(job) && !abort.aborted) {
    await clock.sleep(LOOK_EVERY_MS, abort);
    job = await clients.bulk.getBulkJob({ jobSid: job.sid });
  }
  return tellJob(context, job);
}

function isUnderWay({ status }: BulkJob): boolean {
  return status === BulkStatus.RUNNING || status === BulkStatus.REMOVING || status === BulkStatus.UNDOING;
}

export async function bulkShow(context: Context, jobSid: string): Promise<ExitCode> {
  return tellJob(context, await context.clients.bulk.getBulkJob({ jobSid }));
}

export async function bulkStop(context: Context, jobSid: string): Promise<ExitCode> {
  return tellJob(context, await context.clients.bulk.stopBulkJob({ jobSid }));
}

export async function bulkUndo(context: Context, jobSid: string): Promise<ExitCode> {
  return waitForJob(context, await context.clients.bulk.undoBulkJob({ jobSid }));
}

export async function bulkList({ clients, io, json, clock }: Context): Promise<ExitCode> {
  const { jobs } = await clients.bulk.listBulkJobs({ pageSize: PAGE });
  if (json) {
    io.out(`${JSON.stringify({ jobs: jobs.map((job) => toJson(BulkJobSchema, job)) })}\n`);
    return EXIT.ok;
  }
  const rows = jobs.map((job) => [
    job.sid,
    actionWord(job),
    statusWord(job),
    `${job.seen}/${job.totalIsMore ? `${job.total}+` : job.total}`,
    String(job.failed),
    ago(clock.now() - (timeFromPb(job.createdAt) ?? clock.now())),
    job.filter,
  ]);
  const head = ['JOB', 'ACTION', 'STATUS', 'PLAYS', 'REFUSED', 'CREATED', 'FILTER'];
  if (rows.length > 0) io.out(`${tableLines({ head, rows, io }).join('\n')}\n`);
  else io.err('There are no bulk jobs.\n');
  return EXIT.ok;
}

async function tellJob({ clients, io, json }: Context, job: BulkJob): Promise<ExitCode> {
  const { failures } = job.failed === 0n ? { failures: [] } : await clients.bulk.listBulkFailures({ jobSid: job.sid });
  if (json) {
    const refused = failures.map((one) => toJson(BulkFailureSchema, one));
    io.out(`${JSON.stringify({ ...toJson(BulkJobSchema, job), failures: refused })}\n`);
    return EXIT.ok;
  }
  const counts = `${job.done} done, ${job.skipped} skipped, ${job.failed} refused`;
  const undoUntil = job.status === BulkStatus.UNDO_WINDOW ? timeFromPb(job.undoUntil) : undefined;
  const undo = undoUntil === undefined ? '' : `; can be undone until ${new Date(undoUntil).toISOString()}`;
  const removed = job.removed === 0n ? '' : `, ${job.removed} removed`;
  const where = job.namespace === '' ? '' : ` in ${job.namespace}`;
  io.out(`${job.sid} ${actionWord(job)} ${statusWord(job)}: ${totalOf(job)}${where}; ${counts}${removed}${undo}\n`);
  for (const { playSid, reason, message } of failures.slice(0, SHOWN_FAILURES)) {
    io.out(`  ${playSid} ${message} [${reason}]\n`);
  }
  return EXIT.ok;
}

const totalOf = (job: BulkJob) =>
  `${job.totalIsMore ? 'more than ' : ''}${job.total} ${job.total === 1n ? 'play' : 'plays'}`;
const statusWord = ({ status }: BulkJob) => BulkStatus[status].toLowerCase();
const actionWord = ({ action }: BulkJob) => BulkAction[action].toLowerCase();
