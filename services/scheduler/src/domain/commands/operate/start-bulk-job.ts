// Creates a bulk job. Which plays it means is settled now: names are looked up, relative times counted from now on, and plays that are
// started later are none of its.

import { firstSidAt, HeroError, invalid } from '@hero-logic/platform';
import type { BulkAction, BulkJob } from '../../bulk/bulk-job.ts';
import { type PlayCondition, within } from '../../filter/condition.ts';
import { resolveFilter } from '../../filter/resolve-filter.ts';
import type { PlayStore } from '../../play-store.ts';
import { placedRequestId } from '../../request-id.ts';
import { BULK_TOPIC, type OperateDeps } from './deps.ts';

export interface StartBulkJob {
  readonly action: BulkAction;
  readonly filter: string;
  readonly versionSid: string;
  readonly reason: string;
  readonly createdBy: string;
  /** Absent = it means plays of all. */
  readonly namespace: string | undefined;
  readonly requestId: string;
  readonly undoWindowMs: number;
}

const MOST_COUNTED = 100_000;
const PAGE = 10_000;

/**
 * The same request id again gives the job that it made, whatever has become of what its filter names. INVALID_ARGUMENT, VERSION_NOT_FOUND,
 * IDEMPOTENCY_KEY_REUSED.
 */
export async function startBulkJob(deps: OperateDeps, start: StartBulkJob): Promise<BulkJob> {
  const { action, filter, versionSid, reason, createdBy, namespace, undoWindowMs } = start;
  const requestId = placedRequestId(namespace, start.requestId);
  const known = await deps.bulk.findByRequest(requestId);
  if (known !== undefined) return mustBeEqual(known, start);
  const now = deps.clock.now();
  const filtered = await resolveFilter(deps.catalog, filter, { now, namespace });
  if (filtered.length === 0) {
    throw invalid([{ field: 'filter', description: 'is empty; to mean all plays, write created>=1970-01-01' }]);
  }
  if (action === 'resume_on_version' && versionSid === '') {
    throw invalid([{ field: 'version_sid', description: 'is missing; resume_on_version needs the version to run' }]);
  }
  if (versionSid !== '') await deps.catalog.resolve({ workflowSid: '', workflowName: '', versionSid });
  const conditions = [...within(namespace), ...filtered];
  const beforeSid = firstSidAt(now + 1);
  const { matches, isMore } = await countPlays(deps.store, conditions, beforeSid);
  const job: BulkJob = {
    ...{
      sid: deps.newSid(),
      action,
      filter,
      conditions,
      status: 'running',
      versionSid,
      reason,
      createdBy,
      namespace,
      beforeSid,
    },
    ...{
      total: matches,
      totalIsMore: isMore,
      done: 0,
      skipped: 0,
      failed: 0,
      removed: 0,
      createdAt: now,
      undoWindowMs,
    },
  };
  const added = await deps.bulk.add(job, requestId);
  deps.signals.publish(BULK_TOPIC);
  return mustBeEqual(added, start);
}

function mustBeEqual(known: BulkJob, asked: StartBulkJob): BulkJob {
  const { action, filter, versionSid } = asked;
  if (known.action === action && known.filter === filter && known.versionSid === versionSid) return known;
  throw new HeroError(
    'IDEMPOTENCY_KEY_REUSED',
    `the request_id was used for bulk job ${known.sid}, which does something else`,
    {
      metadata: { job_sid: known.sid },
    },
  );
}

/** At most 100,000. */
export async function countPlays(
  store: PlayStore,
  conditions: readonly PlayCondition[],
  beforeSid = '',
): Promise<{ readonly matches: number; readonly isMore: boolean }> {
  let matches = 0;
  for (let next: string | undefined = beforeSid; next !== undefined; ) {
    const page = await store.listSids({ conditions, beforeSid: next, limit: PAGE });
    matches += page.sids.length;
    next = page.next;
    if (matches >= MOST_COUNTED) return { matches: MOST_COUNTED, isMore: matches > MOST_COUNTED || next !== undefined };
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { matches, isMore: false };
}
