// What every BulkStore does: a request id has one job, a job has one holder at a time, nothing is saved by who lost it,
// and each namespace has its jobs.

import { expect, test } from 'vitest';
import { afterPage, type BulkJob, stop, undo } from './bulk-job.ts';
import type { BulkQuery, BulkStore } from './bulk-store.ts';

const NOW = 1_800_000_000_000;
const jobOf = (sid: string, more: Partial<BulkJob> = {}): BulkJob => ({
  ...{
    sid,
    action: 'cancel',
    filter: 'x',
    conditions: [{ kind: 'text', text: 'x' }],
    status: 'running',
    versionSid: '',
  },
  ...{ reason: '', createdBy: '', total: 3, totalIsMore: false, beforeSid: 'z', done: 0, skipped: 0, failed: 0 },
  ...{ removed: 0, createdAt: NOW, undoWindowMs: 1000 },
  ...more,
});

export function bulkStoreConformance(
  name: string,
  create: () => Promise<{ readonly store: BulkStore; close(): Promise<void> }>,
): void {
  test(`${name}: a job is added once per request, worked on by one at a time, and over when it is over`, async () => {
    const { store, close } = await create();
    const list = (more: Partial<BulkQuery> = {}) => store.list({ beforeSid: '', limit: 10, ...more });
    expect(await store.nextDue()).toBeUndefined();
    const added = await Promise.all(['j1', 'j2', 'j3'].map((sid) => store.add(jobOf(sid), 'once')));
    expect(new Set(added.map(({ sid }) => sid)).size).toBe(1);
    const { sid } = added[0] as BulkJob;
    expect(await store.find(sid)).toEqual(jobOf(sid));
    expect(await store.findByRequest('once')).toEqual(jobOf(sid));
    expect([await store.findByRequest('x'), await store.findByRequest('')]).toEqual([undefined, undefined]);
    expect((await store.add(jobOf('j8'), '')).sid).toBe('j8');
    await store.change('j8', (job) => stop(job, NOW));
    expect((await list()).map((job) => job.sid)).toEqual(['j8', sid]);
    expect(await list({ beforeSid: sid })).toEqual([]);
    expect(await store.nextDue()).toBe(0);

    const claims = await Promise.all(['a', 'b', 'c'].map((token) => store.claim(token, NOW, 500)));
    expect(claims.filter((one) => one !== undefined)).toHaveLength(1);
    const token = ['a', 'b', 'c'][claims.findIndex((one) => one !== undefined)] as string;
    expect(await store.nextDue()).toBe(NOW + 500);
    const failures = ['p1', 'p2'].map((playSid) => ({ playSid, reason: 'PLAY_ENDED', message: `no ${playSid}` }));
    const page = { done: 2, skipped: 1, failures, next: 'm' };
    const step = { decide: (job: BulkJob) => afterPage(job, page, NOW), failures, leaseUntil: NOW + 900 };
    expect(await store.save(sid, token, step)).toMatchObject({ done: 2, skipped: 1, failed: 2, beforeSid: 'm' });
    expect(await store.save(sid, 'other', step)).toBeUndefined();
    expect(await store.find(sid)).toMatchObject({ done: 2, status: 'running' });
    expect(await store.listFailures(sid, 0, 10)).toMatchObject([
      { playSid: 'p1' },
      { playSid: 'p2', message: 'no p2' },
    ]);
    expect(await store.listFailures(sid, (await store.listFailures(sid, 0, 1))[0]?.seq ?? 0, 5)).toHaveLength(1);

    expect(await store.claim('d', NOW + 899, 500)).toBeUndefined();
    expect((await store.claim('d', NOW + 900, 500))?.sid).toBe(sid);
    expect(await store.save(sid, token, step), 'its lease was taken over').toBeUndefined();
    await store.freeLeases();
    expect(await store.nextDue()).toBe(0);
    expect(await store.save(sid, 'd', step), 'its lease was ended').toBeUndefined();
    expect((await store.claim('d', NOW + 900, 500))?.sid).toBe(sid);
    const last = { ...page, failures: [], next: undefined };
    const end = { decide: (job: BulkJob) => afterPage(job, last, NOW + 950), failures: [], leaseUntil: 0 };
    expect(await store.save(sid, 'd', end)).toMatchObject({ status: 'done', endedAt: NOW + 950, done: 4 });
    expect(await store.nextDue()).toBeUndefined();
    await expect(store.change('none', (job) => job)).rejects.toMatchObject({ reason: 'BULK_JOB_NOT_FOUND' });

    await store.add(jobOf('j9', { action: 'delete', status: 'undo_window', undoUntil: NOW + 5000 }), '');
    expect(await store.nextDue()).toBe(NOW + 5000);
    expect(await store.claim('e', NOW + 4999, 500)).toBeUndefined();
    expect(await store.change('j9', (job) => undo(job, NOW) ?? job)).toMatchObject({ status: 'undoing' });
    expect((await store.claim('e', NOW, 500))?.sid).toBe('j9');
    expect(await store.forget(NOW + 951, 10)).toBe(2);
    expect((await list()).map((job) => job.sid)).toEqual(['j9']);
    expect(await store.listFailures(sid, 0, 10)).toEqual([]);

    for (const [sid, namespace] of [
      ['ka', 'team-a'],
      ['kb', 'team-b'],
      ['kc', 'team-a'],
      ['kd', 'default'],
    ] as const) {
      await store.add(jobOf(sid, { namespace }), '');
    }
    const sidsIn = async (namespace?: string, more = {}) => (await list({ namespace, ...more })).map((job) => job.sid);
    expect(await sidsIn('team-a')).toEqual(['kc', 'ka']);
    expect(await sidsIn('team-a', { beforeSid: 'kc' })).toEqual(['ka']);
    expect([await sidsIn('default'), await sidsIn('other')]).toEqual([['kd'], []]);
    expect(await sidsIn()).toEqual(['kd', 'kc', 'kb', 'ka', 'j9']);
    await store.change('ka', (job) => stop(job, NOW));
    expect(await sidsIn('team-a')).toEqual(['kc', 'ka']);
    await close();
  });
}
