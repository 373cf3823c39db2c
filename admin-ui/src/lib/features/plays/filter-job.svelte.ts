// What the server does to every play that a filter finds. It goes on without this page; the page shows the job that it began.

import { BulkAction, type BulkJob } from '@hero-logic/proto/herologic/scheduler/v1/bulk_job_pb';
import { bulkJobs } from '../../api/clients/bulk-jobs.ts';
import { toApiError } from '../../api/errors.ts';
import { type FilterJob, filterJobFromPb } from '../../models/filter-job.ts';

let job = $state.raw<FilterJob>();
let reasons = $state.raw<readonly string[]>([]);
let problem = $state('');

async function take(call: () => Promise<BulkJob>): Promise<void> {
  try {
    const fresh = filterJobFromPb(await call());
    const isNew = fresh.refused !== (job?.refused ?? 0);
    job = fresh;
    problem = '';
    if (isNew) reasons = await reasonsOf(fresh.sid);
  } catch (caught) {
    const { message, reason } = toApiError(caught);
    problem = `${message} ${reason}`;
  }
}

/** Why plays refused, each reason once. */
async function reasonsOf(jobSid: string): Promise<string[]> {
  const { failures } = await bulkJobs.listBulkFailures({ jobSid });
  return [...new Set(failures.map((f) => f.reason))];
}

const jobSid = () => job?.sid ?? '';

export const filterJob = {
  get job(): FilterJob | undefined {
    return job;
  },
  get reasons(): readonly string[] {
    return reasons;
  },
  get problem(): string {
    return problem;
  },
  /** `versionSid`: where plays are moved to. */
  start(action: BulkAction, filter: string, versionSid = ''): Promise<void> {
    job = undefined;
    reasons = [];
    const requestId = crypto.randomUUID();
    return take(() =>
      action === BulkAction.DELETE
        ? bulkJobs.deletePlays({ filter, requestId })
        : bulkJobs.startBulkJob({ action, filter, versionSid, requestId, reason: 'with others in the admin UI' }),
    );
  },
  reload: () => take(() => bulkJobs.getBulkJob({ jobSid: jobSid() })),
  stop: () => take(() => bulkJobs.stopBulkJob({ jobSid: jobSid() })),
  undo: () => take(() => bulkJobs.undoBulkJob({ jobSid: jobSid() })),
  dismiss(): void {
    job = undefined;
    problem = '';
  },
};
