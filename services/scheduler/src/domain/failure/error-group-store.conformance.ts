// What every ErrorGroupStore does: each failed play is counted once, groups are listed by their last failure, decisions stand until a resolved
// failure comes back; the same failure in two namespaces is two groups.

import { expect, test } from 'vitest';
import type { Play } from '../play.ts';
import { end } from '../play.ts';
import { lifeOf, NOW, playOf } from '../play-store.conformance.ts';
import type { PlayStore } from '../play-store.ts';
import { decided } from './error-group.ts';
import type { ErrorGroupStore } from './error-group-store.ts';
import { failureOf } from './fingerprint.ts';

export interface GroupsUnderTest {
  readonly plays: PlayStore;
  readonly groups: ErrorGroupStore;
  close(): Promise<void>;
}

const EVERY = { workflowSid: '', state: undefined, after: undefined, limit: 10 };
const TYPE = 'ValueError';
const errorOf = (message: string) => ({ type: TYPE, message, traceback: '' });

export function errorGroupStoreConformance(name: string, create: () => Promise<GroupsUnderTest>): void {
  test(`${name}: counts each failed play once, also when several look at the same time`, async () => {
    const { plays, groups, close } = await create();
    const life = lifeOf(plays);
    const fail = async (sid: string, message: string, more: Partial<Play> = {}, at = NOW) => {
      await life.add(playOf(sid, more));
      await plays.change(sid, (play) => ({ play: end(play, 'failed', at, errorOf(message)), result: undefined }));
    };
    expect(await groups.hasUngrouped()).toBe(false);
    for (let i = 0; i < 12; i++) await fail(`p${i}`, `bad amount ${i}`, { versionNumber: 1 + (i % 2) }, NOW + i);
    await fail('q', 'no such customer', { workflowSid: 'w2' }, NOW + 3);
    await life.add(playOf('ok'));
    await life.cancel('ok');
    expect(await groups.hasUngrouped()).toBe(true);
    for (let left = 1; left > 0; ) left = (await Promise.all([groups.absorb(5), groups.absorb(5)]))[0] as number;
    expect(await groups.absorb(50)).toBe(0);
    const [first, second] = await groups.list(EVERY);
    expect(first).toMatchObject({
      ...{ errorType: 'ValueError', pattern: 'bad amount <n>', message: 'bad amount 11', state: 'open', count: 12 },
      ...{ firstSeen: NOW, lastSeen: NOW + 11, firstPlaySid: 'p0', lastPlaySid: 'p11', workflowSid: 'w1' },
      versions: [
        { number: 2, count: 6 },
        { number: 1, count: 6 },
      ],
    });
    expect(second).toMatchObject({ pattern: 'no such customer', count: 1, workflowSid: 'w2' });
    const fingerprint = first?.fingerprint ?? '';
    const ofGroup = { conditions: [{ kind: 'error', values: [fingerprint] } as const], beforeSid: '', limit: 50 };
    expect((await plays.list(ofGroup)).found).toHaveLength(12);

    expect(await groups.list({ ...EVERY, workflowSid: 'w2' })).toEqual([second]);
    expect(await groups.list({ ...EVERY, after: first, limit: 1 })).toEqual([second]);
    const resolved = await groups.change(fingerprint, (group) => decided(group, 'resolved', 'ana', NOW + 20));
    expect(resolved).toMatchObject({ state: 'resolved', resolvedVersion: 2, changedBy: 'ana', changedAt: NOW + 20 });
    expect(await groups.list({ ...EVERY, state: 'resolved' })).toEqual([resolved]);
    expect(await groups.list({ ...EVERY, state: 'open' })).toEqual([second]);
    await fail('r', 'bad amount 7', { versionNumber: 2 }, NOW + 30);
    await groups.absorb(50);
    expect(await groups.find(fingerprint)).toMatchObject({ state: 'resolved', count: 13, reopened: 0 });
    await fail('s', 'bad amount 8', { versionNumber: 3 }, NOW + 40);
    await groups.absorb(50);
    expect(await groups.find(fingerprint)).toMatchObject({ state: 'open', count: 14, reopened: 1, lastPlaySid: 's' });
    // The same version again, begun when it was said to be mended, and then begun afterwards.
    await groups.change(fingerprint, (group) => decided(group, 'resolved', 'ana', NOW + 41));
    await fail('s1', 'bad amount 8', { versionNumber: 3, createdAt: NOW + 41 }, NOW + 42);
    await groups.absorb(50);
    expect(await groups.find(fingerprint)).toMatchObject({ state: 'resolved', count: 15, reopened: 1 });
    await fail('s2', 'bad amount 8', { versionNumber: 2, createdAt: NOW + 43 }, NOW + 44);
    await groups.absorb(50);
    expect(await groups.find(fingerprint)).toMatchObject({ state: 'open', count: 16, reopened: 2, lastPlaySid: 's2' });
    await groups.change(fingerprint, (group) => decided(group, 'ignored', 'ana', NOW + 45));
    await fail('s3', 'bad amount 8', { versionNumber: 4, createdAt: NOW + 46 }, NOW + 46);
    await groups.absorb(50);
    expect(await groups.find(fingerprint)).toMatchObject({ state: 'ignored', count: 17, reopened: 2 });
    expect(failureOf({ workflowSid: 'w1', error: errorOf('bad amount 9') }).fingerprint).toBe(fingerprint);

    const theirs = { workflowSid: 'w3', namespace: 'team-a' };
    for (const [i, sid] of ['t', 'u'].entries()) await fail(sid, 'bad amount 1', theirs, NOW + 50 + i);
    await groups.absorb(50);
    const [group, ...more] = await groups.list({ ...EVERY, namespace: 'team-a' });
    expect([group, more]).toMatchObject([{ count: 2, pattern: 'bad amount <n>', namespace: 'team-a' }, []]);
    const inDefault = await groups.list({ ...EVERY, namespace: 'default' });
    expect(inDefault.map(({ namespace, workflowSid }) => [namespace, workflowSid])).toEqual([
      ['default', 'w1'],
      ['default', 'w2'],
    ]);
    expect(await groups.list({ ...EVERY, namespace: 'team-a', state: 'resolved' })).toEqual([]);
    expect(await groups.list({ ...EVERY, namespace: 'default', after: inDefault[0] })).toEqual([inDefault[1]]);
    expect((await groups.list(EVERY)).map(({ namespace }) => namespace)).toEqual(['team-a', 'default', 'default']);
    await expect(groups.change('none', (group) => group)).rejects.toMatchObject({ reason: 'ERROR_GROUP_NOT_FOUND' });
    await close();
  });
}
