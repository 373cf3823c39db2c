// Works on bulk jobs that are due, page by page, as long as the lease of the job is ours.

import { toHeroError } from '@hero-logic/platform';
import {
  afterPage,
  afterRemoving,
  afterUndoing,
  type BulkFailure,
  type BulkJob,
  beginRemoving,
  type PageOutcome,
} from '../../bulk/bulk-job.ts';
import type { BulkStep } from '../../bulk/bulk-store.ts';
import { BULK_ACTS } from './bulk-actions.ts';
import type { OperateDeps } from './deps.ts';
import { removeSome } from './remove-plays.ts';

const PAGE = 50;
const AT_ONCE = 10;
/** Renewed with every page. */
const LEASE_MS = 10_000;
const MAX_MESSAGE_CHARS = 500;

/** Does what is due; ends when nothing is, or the signal says so. */
export async function runBulkJobs(deps: OperateDeps, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted) {
    const token = deps.newToken();
    const job = await deps.bulk.claim(token, deps.clock.now(), LEASE_MS);
    if (job === undefined) return;
    await runOne(deps, job, token, signal);
  }
}

async function runOne(deps: OperateDeps, claimed: BulkJob, token: string, signal?: AbortSignal): Promise<void> {
  let job: BulkJob | undefined = claimed;
  while (job !== undefined && !signal?.aborted) {
    const step = await next(deps, job);
    const goesOn = step !== undefined;
    const leaseUntil = goesOn ? deps.clock.now() + LEASE_MS : 0;
    const saved = await deps.bulk.save(job.sid, token, { decide: (found) => found, failures: [], ...step, leaseUntil });
    if (!goesOn) return;
    job = saved;
    await new Promise((resolve) => setImmediate(resolve));
  }
  // A stop gives the lease back, so that the next process does not have to wait for its end.
  if (job !== undefined)
    await deps.bulk.save(job.sid, token, { decide: (found) => found, failures: [], leaseUntil: 0 });
}

type Step = Pick<BulkStep, 'decide' | 'failures'>;

/** Does the next bit of work. Undefined: there is none for now. */
async function next(deps: OperateDeps, job: BulkJob): Promise<Step | undefined> {
  const now = deps.clock.now();
  const only = (decide: Step['decide']): Step => ({ decide, failures: [] });
  switch (job.status) {
    case 'running': {
      const page = await onePage(deps, job);
      return { decide: (found) => afterPage(found, page, now), failures: page.failures };
    }
    case 'undo_window':
      return now < (job.undoUntil ?? 0) ? undefined : only(beginRemoving);
    case 'removing': {
      const removed = await removeSome(deps, job.sid);
      return only((found) => afterRemoving(found, removed, removed === 0, now));
    }
    case 'undoing': {
      const shown = await deps.removals.show(job.sid, PAGE);
      return only((found) => (shown === 0 ? afterUndoing(found, now) : found));
    }
    default:
      return undefined;
  }
}

async function onePage(deps: OperateDeps, job: BulkJob): Promise<PageOutcome> {
  const { sids, next: following } = await deps.store.listSids({
    conditions: job.conditions,
    beforeSid: job.beforeSid,
    limit: PAGE,
  });
  const outcome = job.action === 'delete' ? await hideAll(deps, job, sids) : await actOnAll(deps, job, sids);
  return { ...outcome, next: following };
}

type Outcome = Omit<PageOutcome, 'next'>;

async function hideAll(deps: OperateDeps, job: BulkJob, sids: readonly string[]): Promise<Outcome> {
  const hidden = await deps.removals.hide(sids, job.sid);
  const failures = hidden.flatMap((one, index) =>
    typeof one === 'string' ? [] : [{ playSid: sids[index] as string, ...one }],
  );
  const skipped = hidden.filter((one) => one === 'already').length;
  return { done: sids.length - skipped - failures.length, skipped, failures };
}

async function actOnAll(deps: OperateDeps, job: BulkJob, sids: readonly string[]): Promise<Outcome> {
  const act = BULK_ACTS[job.action as keyof typeof BULK_ACTS];
  const failures: BulkFailure[] = [];
  let done = 0;
  const queue = [...sids];
  const work = async () => {
    for (let playSid = queue.shift(); playSid !== undefined; playSid = queue.shift()) {
      try {
        if (await act(deps, job, playSid)) done += 1;
      } catch (error) {
        failures.push(failureOf(playSid, error));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { done, skipped: sids.length - done - failures.length, failures };
}

/** A store or a registry that is away is no failure of a play: the page is done again. */
function failureOf(playSid: string, error: unknown): BulkFailure {
  const { reason, message } = toHeroError(error);
  if (reason === 'UNAVAILABLE' || reason === 'INTERNAL' || reason === 'DEADLINE_EXCEEDED') throw error;
  return { playSid, reason, message: message.slice(0, MAX_MESSAGE_CHARS) };
}
