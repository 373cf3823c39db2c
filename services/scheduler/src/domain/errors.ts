// The failures of this service that callers meet, each worded once.

import { HeroError, invalid } from '@hero-logic/platform';
import { RETENTION } from './removal/removal-store.ts';

export const playNotFound = (playSid: string) =>
  new HeroError('PLAY_NOT_FOUND', `there is no play ${playSid}`, { metadata: { play_sid: playSid } });

/** A play that was there, or is hidden and about to go (no `removedAt`). `by`: what removes it. */
export const playRemoved = (playSid: string, by: string, removedAt?: number) => {
  const who = by === RETENTION ? 'retention' : `bulk job ${by}`;
  const undo = by === RETENTION ? '' : '; undo that job to keep the play';
  const how =
    removedAt === undefined
      ? `is being removed by ${who}${undo}`
      : `was removed by ${who} on ${new Date(removedAt).toISOString()}`;
  return new HeroError('PLAY_REMOVED', `play ${playSid} ${how}`, { metadata: { play_sid: playSid, removed_by: by } });
};

export const bulkJobNotFound = (jobSid: string) =>
  new HeroError('BULK_JOB_NOT_FOUND', `there is no bulk job ${jobSid}`, { metadata: { job_sid: jobSid } });

export const bulkJobFinal = (jobSid: string, why: string) =>
  new HeroError('BULK_JOB_FINAL', `bulk job ${jobSid} ${why}`, { metadata: { job_sid: jobSid } });

export const errorGroupNotFound = (fingerprint: string) =>
  new HeroError('ERROR_GROUP_NOT_FOUND', `there is no error group ${fingerprint}`, { metadata: { fingerprint } });

export const playEnded = (play: { readonly sid: string; readonly status: string }) =>
  new HeroError('PLAY_ENDED', `play ${play.sid} has ended (${play.status}) and never changes`, {
    metadata: { play_sid: play.sid },
  });

const NAMED_PLAYS = 10;

export const concurrencyLimit = (key: string, limit: number, live: readonly string[]) => {
  const named = live.slice(0, NAMED_PLAYS).join(', ');
  const more = live.length > NAMED_PLAYS ? ` and ${live.length - NAMED_PLAYS} more` : '';
  const plays = `${live.length === 1 ? 'play' : 'plays'} ${named}${more}`;
  return new HeroError(
    'CONCURRENCY_LIMIT',
    `the concurrency key "${key}" is taken by ${plays} (limit ${limit}); wait for their end, cancel them, or start with on_conflict queue`,
    { metadata: { concurrency_key: key, play_sids: live.slice(0, NAMED_PLAYS).join(',') } },
  );
};

export const leaseLost = (playSid: string) =>
  new HeroError('LEASE_LOST', `the lease of play ${playSid} is lost: stop its run and report nothing`, {
    metadata: { play_sid: playSid },
  });

export const resumeNotFound = (playSid: string, resumeId: string) =>
  new HeroError('RESUME_NOT_FOUND', `play ${playSid} has no question ${resumeId}`, {
    metadata: { play_sid: playSid, resume_id: resumeId },
  });

export const resumeAnswered = (playSid: string, resumeId: string, description: string) =>
  new HeroError('RESUME_ALREADY_ANSWERED', `question ${resumeId} ${description}; the first answer stands`, {
    metadata: { play_sid: playSid, resume_id: resumeId },
  });

export const tooLarge = (what: string, mebibytes: number) =>
  new HeroError('TOO_LARGE', `${what} of one play together must not be larger than ${mebibytes} MiB`);

export const resumeWithdrawn = (playSid: string, resumeId: string) =>
  new HeroError(
    'RESUME_WITHDRAWN',
    `question ${resumeId} was withdrawn: its play has ended, or something else that it waited for came first`,
    {
      metadata: { play_sid: playSid, resume_id: resumeId },
    },
  );

/** By whom is not said: it may be another namespace's. */
export const slugTaken = (slug: string) =>
  invalid([{ field: 'spec.slug', description: `"${slug}" is taken by another trigger; choose another name` }]);

export const triggerNotFound = (triggerSid: string) =>
  new HeroError('TRIGGER_NOT_FOUND', `there is no trigger ${triggerSid}`, { metadata: { trigger_sid: triggerSid } });

export const webhookNotFound = (webhookSid: string) =>
  new HeroError('WEBHOOK_NOT_FOUND', `there is no webhook ${webhookSid}`, { metadata: { webhook_sid: webhookSid } });

export const deliveryNotFound = (id: string) =>
  new HeroError('DELIVERY_NOT_FOUND', `the webhook has no delivery ${id}`, { metadata: { delivery_id: id } });

/** Without a namespace: those that are of all. */
export function tooManyWebhooks(most: number, namespace: string | undefined): HeroError {
  const there =
    namespace === undefined
      ? `there are ${most} webhooks for all namespaces`
      : `the namespace ${namespace} has ${most} webhooks`;
  const metadata = { most: String(most), ...(namespace === undefined ? {} : { namespace }) };
  return new HeroError('TOO_LARGE', `${there} and no more fit; delete one, or let one receiver pass on to others`, {
    metadata,
  });
}
