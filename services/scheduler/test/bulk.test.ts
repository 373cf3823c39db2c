// Bulk jobs do one thing to each play that a filter finds, once: through crashes and restarts, refusals are named play by play, a job can
// be stopped half-way, and a deletion can be undone until its window is over. Who is confined to a namespace counts, changes and deletes plays of
// it alone, whatever the filter says, and has its own jobs and request ids.

import { createFakeClock } from '@hero-logic/platform/testing';
import { BulkAction, BulkStatus } from '@hero-logic/proto/herologic/scheduler/v1/bulk_job_pb';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness, inNamespace, RunOutcome } from './harness.ts';

const START = Date.UTC(2026, 10, 29);
let clock = createFakeClock(START);
let h: Harness;
const open = (more: Parameters<typeof createHarness>[0] = {}) => {
  clock = createFakeClock(START);
  h = createHarness({ clock, workflows: [{ sid: 'w1', name: 'greet' }], ...more });
  return h;
};
afterEach(() => h.close());

const startMany = async (count: number, more: Parameters<Harness['start']>[0] = {}) => {
  const sids: string[] = [];
  for (let i = 0; i < count; i++) sids.push((await h.start({ name: `play ${i}`, ...more })).sid);
  return sids;
};

/** Lets the loops go on until the job is as wanted. */
async function until(jobSid: string, status: BulkStatus) {
  for (let round = 0; round < 500; round++) {
    const job = await h.bulk.getBulkJob({ jobSid });
    if (job.status === status) return job;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`the job is ${(await h.bulk.getBulkJob({ jobSid })).status}, not ${status}`);
}

const statusOf = async (playSid: string) => (await h.plays.getPlay({ playSid })).status;
const cancelAll = { action: BulkAction.CANCEL, filter: 'workflow:greet' } as const;

test('cancels what a filter finds, skips what has ended, and is the same job for the same request', async () => {
  open();
  const sids = await startMany(250, { tags: { batch: 'a' } });
  const [other] = await startMany(1, { tags: { batch: 'b' } });
  await h.plays.cancelPlay({ playSid: sids[7] as string });
  const filter = 'label.batch=a workflow:greet';
  expect(await h.bulk.countPlays({ filter })).toMatchObject({ matches: 250n, isMore: false });
  const request = { ...cancelAll, filter, requestId: 'r1', reason: 'wrong prices' };
  const job = await h.bulk.startBulkJob(request);
  expect(job).toMatchObject({ total: 250n, filter, reason: 'wrong prices' });
  expect((await h.bulk.startBulkJob(request)).sid).toBe(job.sid);
  expect((await failure(h.bulk.startBulkJob({ ...request, filter: 'x' }))).reason).toBe('IDEMPOTENCY_KEY_REUSED');
  const [workflow] = h.workflows.splice(0, 1);
  expect((await h.bulk.startBulkJob(request)).sid, 'the reply was lost, and the flow deleted since').toBe(job.sid);
  expect((await failure(h.bulk.startBulkJob({ ...request, requestId: 'r2' }))).violations).not.toEqual([]);
  h.workflows.push(workflow as (typeof h.workflows)[number]);
  expect(await until(job.sid, BulkStatus.DONE)).toMatchObject({ seen: 250n, done: 249n, skipped: 1n, failed: 0n });
  expect(await statusOf(other as string)).toBe(PlayStatus.PENDING);
  expect(await h.plays.getPlay({ playSid: sids[0] as string })).toMatchObject({
    status: PlayStatus.CANCELLED,
    error: { message: 'wrong prices' },
  });
  expect((await h.bulk.listBulkJobs({})).jobs.map(({ sid }) => sid)).toEqual([job.sid]);
});

test('plays that come to fit before their turn are of the total', async () => {
  open({ loops: false });
  await startMany(3);
  await h.claim();
  const job = await h.bulk.startBulkJob({ action: BulkAction.CANCEL, filter: 'status:running' });
  expect(job.total).toBe(1n);
  await h.claim();
  await h.claim();
  const { file } = h;
  await h.close(true);
  h = createHarness({ clock, file });
  expect(await until(job.sid, BulkStatus.DONE)).toMatchObject({ total: 3n, seen: 3n, done: 3n });
});

test('runs each play again once, also when the process dies between a play and the place that is saved', async () => {
  open({ loops: false });
  const sids = await startMany(5);
  const job = await h.bulk.startBulkJob({ action: BulkAction.RERUN, filter: 'workflow:greet' });
  // As after a crash: forks are there, and the job knows nothing of them.
  const before = h.db.get<{ doc: string }>('SELECT doc FROM bulk_jobs');
  const { file } = h;
  await h.close(true);
  h = createHarness({ clock, file });
  await until(job.sid, BulkStatus.DONE);
  await h.close(true);
  h = createHarness({ clock, file, loops: false });
  h.db.run('UPDATE bulk_jobs SET doc = ?, due_at = 0, ended_at = NULL', before?.doc ?? '');
  await h.close(true);
  h = createHarness({ clock, file });
  expect(await until(job.sid, BulkStatus.DONE)).toMatchObject({ done: 5n, failed: 0n });
  const all = (await h.plays.listPlays({})).plays;
  expect(all).toHaveLength(10);
  expect(new Set(all.map(({ forkedFrom }) => forkedFrom?.playSid).filter(Boolean))).toEqual(new Set(sids));
});

test('two schedulers on one store: each play has its turn once, and is counted once', async () => {
  open({ loops: false });
  const sids = await startMany(230);
  const second = createHarness({ clock, file: h.file });
  const third = createHarness({ clock, file: h.file });
  try {
    const job = await h.bulk.startBulkJob({ action: BulkAction.RERUN, filter: 'workflow:greet' });
    // Neither hears the other's signal: both look when time goes on.
    await clock.advance(6000);
    expect(await until(job.sid, BulkStatus.DONE)).toMatchObject({ seen: 230n, done: 230n, skipped: 0n, failed: 0n });
    const all = (await h.plays.listPlays({ pageSize: 1000 })).plays;
    expect(all).toHaveLength(460);
    expect(new Set(all.map(({ forkedFrom }) => forkedFrom?.playSid).filter(Boolean))).toEqual(new Set(sids));
  } finally {
    await second.close(true);
    await third.close(true);
  }
});

test('moves live plays to a version, and names those that refuse', async () => {
  open({
    workflows: [
      { sid: 'w1', name: 'greet' },
      { sid: 'w2', name: 'other' },
    ],
  });
  const [waiting, ended] = (await startMany(2)) as [string, string];
  await h.plays.cancelPlay({ playSid: ended });
  const other = await h.start({ workflow: { case: 'workflowSid', value: 'w2' } });
  const request = { action: BulkAction.RESUME_ON_VERSION, filter: 'since:1d' } as const;
  expect((await failure(h.bulk.startBulkJob(request))).violations).toMatchObject([{ field: 'version_sid' }]);
  const job = await h.bulk.startBulkJob({ ...request, versionSid: 'w1-v1' });
  // The plays are on that version already, but for the one of another workflow.
  expect(await until(job.sid, BulkStatus.DONE)).toMatchObject({ done: 0n, skipped: 2n, failed: 1n });
  expect((await h.bulk.listBulkFailures({ jobSid: job.sid })).failures).toMatchObject([
    { playSid: other.sid, reason: 'VERSION_NOT_FOUND' },
  ]);
  const next = await h.start({ versionSid: 'w1-v2' });
  const moved = await h.bulk.startBulkJob({ ...request, filter: 'workflow:greet version:2', versionSid: 'w1-v1' });
  expect(await until(moved.sid, BulkStatus.DONE)).toMatchObject({ done: 1n, skipped: 0n });
  expect((await h.plays.getPlay({ playSid: next.sid })).workflowVersionSid).toBe('w1-v1');
  expect(await statusOf(waiting)).toBe(PlayStatus.PENDING);
});

test('a deletion hides at once, can be undone, and removes when its window is over', async () => {
  open();
  const sids = await startMany(120);
  for (const playSid of sids.slice(0, 119)) await h.plays.cancelPlay({ playSid });
  const live = sids[119] as string;
  const request = { filter: 'workflow:greet', undoWindow: { seconds: 600n } };
  const first = await h.bulk.deletePlays(request);
  const hidden = await until(first.sid, BulkStatus.UNDO_WINDOW);
  expect(hidden).toMatchObject({ done: 119n, failed: 1n, removed: 0n });
  expect((await h.bulk.listBulkFailures({ jobSid: first.sid })).failures).toMatchObject([
    { playSid: live, reason: 'PLAY_NOT_ENDED' },
  ]);
  expect((await h.plays.listPlays({})).plays.map(({ sid }) => sid)).toEqual([live]);
  expect((await h.plays.getPlay({ playSid: sids[0] as string })).warnings.join()).toContain(`bulk job ${first.sid}`);
  const early = await failure(h.plays.forkPlay({ playSid: sids[0] as string }));
  expect(early).toMatchObject({
    reason: 'PLAY_REMOVED',
    message: expect.stringContaining('undo that job to keep the play'),
  });
  await h.bulk.undoBulkJob({ jobSid: first.sid });
  await until(first.sid, BulkStatus.UNDONE);
  expect((await h.plays.listPlays({ pageSize: 200 })).plays).toHaveLength(120);

  const second = await h.bulk.deletePlays(request);
  await until(second.sid, BulkStatus.UNDO_WINDOW);
  h.playData.down = true;
  await clock.advance(601_000);
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  expect((await failure(h.bulk.undoBulkJob({ jobSid: second.sid }))).reason).toBe('BULK_JOB_FINAL');
  expect(h.playData.removed).toEqual([]);
  h.playData.down = false;
  // The lease of the turn that failed runs out.
  for (let i = 0; i < 40; i++) await clock.advance(1000);
  expect(await until(second.sid, BulkStatus.DONE)).toMatchObject({ removed: 119n });
  expect(new Set(h.playData.removed)).toEqual(new Set(sids.slice(0, 119)));
  const gone = await failure(h.plays.getPlay({ playSid: sids[0] as string }));
  expect(gone).toMatchObject({ reason: 'PLAY_REMOVED', metadata: { removed_by: second.sid } });
  expect(gone.message).toContain('was removed by bulk job');
  expect((await failure(h.plays.forkPlay({ playSid: sids[0] as string }))).reason).toBe('PLAY_REMOVED');
  expect(await statusOf(live)).toBe(PlayStatus.PENDING);
});

test('a job that is stopped leaves what it has done, and unknown jobs and filters are refused', async () => {
  open({ loops: false });
  await startMany(3);
  const { sid } = await h.bulk.startBulkJob(cancelAll);
  expect(await h.bulk.stopBulkJob({ jobSid: sid })).toMatchObject({ status: BulkStatus.STOPPED, done: 0n });
  expect((await failure(h.bulk.undoBulkJob({ jobSid: sid }))).reason).toBe('BULK_JOB_FINAL');
  expect((await failure(h.bulk.getBulkJob({ jobSid: 'none' }))).reason).toBe('BULK_JOB_NOT_FOUND');
  const refused = await failure(h.bulk.startBulkJob({ ...cancelAll, filter: 'workflow:none' }));
  expect(refused).toMatchObject({ reason: 'INVALID_ARGUMENT', violations: [{ field: 'filter' }] });
  expect(refused.message).toContain('names no workflow; there is none called "none"');
  expect((await failure(h.bulk.startBulkJob({ ...cancelAll, filter: '  ' }))).message).toContain('is empty');
});

test('an action that is no job of this call is refused with the words of those that are', async () => {
  open({ loops: false });
  const refused = h.bulk.startBulkJob({ action: BulkAction.DELETE, filter: 'workflow:greet' });
  expect((await failure(refused)).violations).toMatchObject([
    { field: 'action', description: 'must be one of "cancel", "rerun", "resume_on_version"' },
  ]);
});

test('a caller of one namespace means its plays alone', async () => {
  open({
    workflows: [
      { sid: 'w1', name: 'greet' },
      { sid: 'w2', name: 'greet', namespace: 'team-a' },
      { sid: 'w3', name: 'theirs', namespace: 'team-b' },
    ],
  });
  const [a, b, first] = ['team-a', 'team-b', 'default'].map(inNamespace);
  const plays: Record<string, string> = {};
  for (const sid of ['w1', 'w2', 'w3']) {
    plays[sid] = (await h.start({ workflow: { case: 'workflowSid', value: sid } })).sid;
  }
  const counted = async (filter: string, as?: typeof a) => Number((await h.bulk.countPlays({ filter }, as)).matches);
  expect([await counted(''), await counted('', a), await counted('', first)]).toEqual([3, 1, 1]);
  expect(await counted('workflow:greet', a), 'the name means its own').toBe(1);
  expect(await counted('-workflow:greet', a)).toBe(0);
  const listed = async (as?: typeof a, more = {}) =>
    (await h.plays.listPlays({ filter: 'status:pending', ...more }, as)).plays.map(({ sid }) => sid);
  expect(await listed(a)).toEqual([plays.w2]);
  expect(await listed(b)).toEqual([plays.w3]);
  expect(await listed(first)).toEqual([plays.w1]);
  expect(await listed(a, { workflowSid: 'w2' })).toEqual([plays.w2]);
  expect(await listed()).toHaveLength(3);

  const everything = { ...cancelAll, filter: 'created>=1970-01-01', requestId: 'same' };
  expect((await failure(h.bulk.startBulkJob({ ...everything, filter: 'workflow:theirs' }, a))).reason).toBe(
    'INVALID_ARGUMENT',
  );
  expect((await failure(h.bulk.startBulkJob({ ...everything, filter: ' ' }, a))).message).toContain('is empty');
  const job = await h.bulk.startBulkJob(everything, a);
  expect(job).toMatchObject({ namespace: 'team-a', total: 1n });
  expect((await h.bulk.startBulkJob(everything, a)).sid).toBe(job.sid);
  expect(await until(job.sid, BulkStatus.DONE)).toMatchObject({ done: 1n, skipped: 0n });
  expect(await statusOf(plays.w2 as string)).toBe(PlayStatus.CANCELLED);
  expect(await listed(), 'no play of another').toEqual([plays.w3, plays.w1]);
  await clock.advance(1);
  const others = [await h.bulk.startBulkJob(everything, first), await h.bulk.startBulkJob(everything)];
  expect(new Set([job, ...others].map(({ sid }) => sid)).size, 'each namespace has its request ids').toBe(3);
  const jobs = async (as?: typeof a) => (await h.bulk.listBulkJobs({}, as)).jobs.map(({ sid }) => sid);
  expect([await jobs(a), await jobs(b)]).toEqual([[job.sid], []]);
  expect(await jobs(first)).toEqual([others[0]?.sid]);
  expect(await jobs()).toHaveLength(3);
  for (const { sid } of others) await until(sid, BulkStatus.DONE);

  const gone = await h.bulk.deletePlays({ filter: 'status:cancelled', undoWindow: { seconds: 600n } }, b);
  expect(await until(gone.sid, BulkStatus.UNDO_WINDOW)).toMatchObject({ done: 1n, failed: 0n });
  const left = (await h.plays.listPlays({})).plays.map(({ sid }) => sid);
  expect(left).toEqual([plays.w2, plays.w1]);
});

test('groups failures as plays fail, and finds their plays', async () => {
  open();
  for (let i = 0; i < 3; i++) {
    await h.start();
    const { lease } = await h.claim();
    const error = { type: 'ValueError', message: `bad amount ${i}`, traceback: '' };
    await h.report(lease, RunOutcome.FAILED, { error });
  }
  const groups = async () => (await h.errorGroups.listErrorGroups({})).groups;
  for (let round = 0; round < 100 && (await groups())[0]?.count !== 3n; round++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [group] = await groups();
  expect(group).toMatchObject({ count: 3n, pattern: 'bad amount <n>', workflowName: 'greet' });
  const fingerprint = group?.fingerprint ?? '';
  expect((await h.plays.listPlays({ filter: `error:${fingerprint}` })).plays).toHaveLength(3);
  const state = 2;
  expect(await h.errorGroups.setErrorGroupState({ fingerprint, state, by: 'ana' })).toMatchObject({ changedBy: 'ana' });
  expect((await h.errorGroups.listErrorGroups({ state: 1 })).groups).toEqual([]);
  expect((await failure(h.errorGroups.getErrorGroup({ fingerprint: 'x' }))).reason).toBe('ERROR_GROUP_NOT_FOUND');
});

test('retention removes what is over its age or number, oldest first, and says so', async () => {
  const minutes = async (count: number) => {
    for (let i = 0; i < count; i++) await clock.advance(60_000);
  };
  open({ config: { retention: { maxPlays: 0, maxAgeMs: 10 * 60_000 } } });
  const sids = await startMany(60);
  for (const playSid of sids) await h.plays.cancelPlay({ playSid });
  await minutes(5);
  expect((await h.plays.listPlays({ pageSize: 200 })).plays).toHaveLength(60);
  await h.retention.setRetentionRule({ workflowSid: 'w1', maxPlays: 40n });
  await minutes(2);
  const left = (await h.plays.listPlays({ pageSize: 200 })).plays.map(({ sid }) => sid);
  expect(left).toEqual(sids.slice(20).reverse());
  const gone = await failure(h.plays.getPlay({ playSid: sids[0] as string }));
  expect(gone.reason).toBe('PLAY_REMOVED');
  expect(gone.message).toMatch(/was removed by retention on 2026-11-29T00:0[567]:/);
  await h.retention.setRetentionRule({ workflowSid: 'w1', keepAll: true });
  await minutes(10);
  expect((await h.retention.listRetentionRules({})).rules).toMatchObject([
    { workflowSid: '', maxAge: { seconds: 600n } },
    { workflowSid: 'w1', maxPlays: 0n },
  ]);
  expect(await h.retention.getStorageUsage({})).toMatchObject({ plays: 40n, workflows: [{ workflowName: 'greet' }] });
  await h.retention.setRetentionRule({ workflowSid: 'w1' });
  await minutes(2);
  expect((await h.plays.listPlays({})).plays).toEqual([]);
  expect((await failure(h.retention.setRetentionRule({ workflowSid: 'none' }))).reason).toBe('WORKFLOW_NOT_FOUND');
  const both = h.retention.setRetentionRule({ workflowSid: 'w1', keepAll: true, maxPlays: 1n });
  expect((await failure(both)).violations).toMatchObject([{ field: 'keep_all' }]);
});
