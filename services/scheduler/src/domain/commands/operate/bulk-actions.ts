// What a bulk job does to one play. Each may be repeated: a crash does the page again.

import { createHash } from 'node:crypto';
import { firstSidAt, HeroError, topics } from '@hero-logic/platform';
import type { BulkJob } from '../../bulk/bulk-job.ts';
import { playNotFound } from '../../errors.ts';
import { isTerminal } from '../../play.ts';
import { moveToVersion } from '../../version-move.ts';
import { requestCancel } from '../cancel-play.ts';
import { publishChange } from '../deps.ts';
import { forkPlay } from '../fork-play.ts';
import type { OperateDeps } from './deps.ts';

/** False: it is as it should be already, or past it. */
type Act = (deps: OperateDeps, job: BulkJob, playSid: string) => Promise<boolean>;

export const BULK_ACTS: Record<Exclude<BulkJob['action'], 'delete'>, Act> = {
  cancel: async (deps, { reason, sid }, playSid) => {
    const found = await deps.store.find(playSid);
    if (found === undefined) throw playNotFound(playSid);
    if (isTerminal(found.status)) return false;
    await requestCancel(deps, playSid, reason === '' ? `bulk job ${sid}` : reason);
    return true;
  },
  rerun: async (deps, job, playSid) => {
    const nothing = { fromSpanId: '', inputData: '', dropResumes: [], setOutputs: {}, name: '', by: job.createdBy };
    await forkPlay(deps, { ...nothing, playSid, versionSid: job.versionSid, sid: forkSid(job, playSid) });
    return true;
  },
  resume_on_version: moveOne,
};

async function moveOne(deps: OperateDeps, { versionSid }: BulkJob, playSid: string): Promise<boolean> {
  const play = await deps.store.find(playSid);
  if (play === undefined) throw playNotFound(playSid);
  if (isTerminal(play.status) || play.versionSid === versionSid) return false;
  const { workflowSid } = play;
  const found = await deps.catalog.resolve({ workflowSid, workflowName: '', versionSid });
  const version = { sid: found.versionSid, number: found.versionNumber, limits: found.limits };
  const now = deps.clock.now();
  const moved = await deps.store.changePause(playSid, '', (now_) => {
    if (isTerminal(now_.status) || now_.versionSid === versionSid) return { result: false };
    if (now_.cancel !== undefined) throw new HeroError('PLAY_ENDED', 'it is being cancelled');
    return { play: moveToVersion(now_, version, now), dropsOpen: true, result: true };
  });
  if (!moved) return false;
  publishChange(deps, { sid: playSid, status: 'pending' });
  // A run of the old version has lost its lease: its executor shall hear of it at once.
  deps.signals.publish(topics.cancel);
  return true;
}

/** The same for the same play and job, so that a repeated page adds no second fork; and not among the plays that the job looks at. */
function forkSid(job: BulkJob, playSid: string): string {
  const digits = '0123456789abcdefghjkmnpqrstvwxyz';
  const hash = createHash('sha256').update(`${job.sid}/${playSid}`).digest();
  const random = Array.from({ length: 16 }, (_, index) => digits[(hash[index] as number) % 32]).join('');
  return firstSidAt(job.createdAt + 1).slice(0, 10) + random;
}
