// What every PlayStore does, whatever it stands on: plays are kept, claimed, leased, due and listed.

import { expect } from 'vitest';
import type { PlayCondition } from './filter/condition.ts';
import { claim } from './lease.ts';
import type { Pause } from './pause.ts';
import {
  givenStore,
  grant,
  listSids,
  NOW,
  playOf,
  query,
  questionOf,
  type StoreUnderTest,
  TTL,
} from './play-lives.conformance.ts';

export function playStoreConformance(name: string, create: () => Promise<StoreUnderTest>): void {
  const given = givenStore(name, create);

  given('keeps documents as they were sent and gives nothing for what is not there', async (store) => {
    const inputData = ' {"n":90071992547409931.0, "a":"\u0000é😀" }\n';
    await store.add({ play: playOf('p1'), inputData, prefill: [] });
    expect(await store.inputData('p1')).toBe(inputData);
    expect(await store.find('p1')).toEqual(playOf('p1'));
    expect(await store.find('p2')).toBeUndefined();
    expect(await store.details('p2')).toBeUndefined();
    expect(await store.findSettled('p2')).toBeUndefined();
    expect(await store.findPause('p1', 'x')).toBeUndefined();
    await expect(store.change('p2', () => ({ result: 1 }))).rejects.toMatchObject({ reason: 'PLAY_NOT_FOUND' });
  });

  given('has one play per workflow and idempotency key, however many come at once', async (store, life) => {
    const sids = Array.from({ length: 20 }, (_, i) => `p${i}`);
    const added = await Promise.all(sids.map((sid) => life.add(playOf(sid, { idempotencyKey: 'k' }))));
    expect(added.filter((one) => one.added)).toHaveLength(1);
    expect(new Set(added.map((one) => one.play.sid)).size).toBe(1);
    expect((await life.add(playOf('q', { idempotencyKey: 'k', workflowSid: 'w2' }))).added).toBe(true);
    expect((await life.add(playOf('r'))).added && (await life.add(playOf('s'))).added).toBe(true);
    expect((await store.findByIdempotencyKey('w2', 'k'))?.sid).toBe('q');
    expect(await store.findByIdempotencyKey('w1', '')).toBeUndefined();
  });

  given('claims by priority, then age, each play once, within the limits', async (store, life) => {
    await life.add(playOf('p1'));
    await life.add(playOf('p2', { priority: 5 }));
    for (let i = 3; i < 30; i++) await life.add(playOf(`p${i + 10}`, { inputBytes: 100 }));
    const [first, second] = await life.claim(2);
    expect([first?.play.sid, second?.play.sid]).toEqual(['p2', 'p1']);
    expect(first?.play).toMatchObject({ status: 'running', attempt: 1, startedAt: NOW });
    expect(await life.claim(50, 350)).toHaveLength(3);
    expect(await life.claim(50, 10)).toHaveLength(1);
    const many = await Promise.all(Array.from({ length: 10 }, () => life.claim(5)));
    const sids = many.flat().map((one) => one.play.sid);
    expect(new Set(sids).size).toBe(sids.length);
    expect(sids).toHaveLength(23);
    expect(await store.countPending(10)).toBe(0);
    expect(new Set(many.flat().map((one) => one.lease.token)).size).toBe(23);
  });

  given('says whether a play runs or could be claimed', async (store, life) => {
    expect(await store.isBusy()).toBe(false);
    await life.add(playOf('p1'));
    expect(await store.isBusy()).toBe(true);
    const [claimed] = await life.claim();
    const token = claimed?.lease.token as string;
    expect(await store.isBusy()).toBe(true);
    await life.record('p1', token, questionOf('q'));
    await life.report('p1', token, 'awaiting_resume');
    expect(await store.isBusy()).toBe(false);
    await life.answer('p1', 'q', '1');
    expect(await store.isBusy()).toBe(true);
    await life.cancel('p1');
    expect(await store.isBusy()).toBe(false);
  });

  given('renews the leases that hold and no others', async (store, life) => {
    await life.add(playOf('p1'));
    const [claimed] = await life.claim();
    const token = claimed?.lease.token ?? '';
    const leases = [
      { playSid: 'p1', token },
      { playSid: 'p1', token: 'other' },
      { playSid: 'p9', token },
    ];
    expect(await store.nextLeaseExpiry()).toBe(NOW + TTL);
    expect(await store.renew(leases, NOW + 5000, TTL)).toEqual(['ok', 'lost', 'lost']);
    expect(await store.nextLeaseExpiry()).toBe(NOW + 5000 + TTL);
    await life.cancel('p1');
    expect(await store.renew(leases.slice(0, 1), NOW + 6000, TTL)).toEqual(['cancel']);
    expect(await store.listExpiredLeases(NOW + 16_000, 10)).toEqual(['p1']);
    expect(await store.listExpiredLeases(NOW + 15_999, 10)).toEqual([]);
    await life.report('p1', token, 'cancelled');
    expect(await store.renew(leases.slice(0, 1), NOW + 6000, TTL)).toEqual(['lost']);
    expect(await store.nextLeaseExpiry()).toBeUndefined();
    expect(await store.listRunning()).toEqual([]);
  });

  given('takes in a play that has ended elsewhere, which nobody claims and nothing changes', async (store, life) => {
    const ended = { status: 'failed', attempt: 1, startedAt: NOW, completedAt: NOW + 9, answers: 1 } as const;
    const importedFrom = { playSid: 'far', versionSid: 'v9', at: NOW + 20, by: 'ann' };
    const play = playOf('p1', { ...ended, importedFrom });
    const answer = { playSid: 'p1', state: 'answered', askedAt: NOW, resumedAt: NOW + 5, resumedBy: 'ann' } as const;
    const pauses: Pause[] = [{ ...questionOf('q1'), ...answer, payload: '[1.0]', answerSeq: 0 }];
    const added = { play, inputData: '{"a":1}', outputData: ' {"n":1.0}', prefill: [], pauses };
    for (const isNew of [true, false]) expect(await store.add(added)).toMatchObject({ added: isNew, play });
    expect(await store.details('p1')).toMatchObject({
      ...{ play, inputData: '{"a":1}', outputData: ' {"n":1.0}', pending: [] },
      received: [{ id: 'q1', payload: '[1.0]', resumedBy: 'ann' }],
    });
    expect(await life.claim()).toEqual([]);
    expect([await store.countPending(9), await store.countLive('w1')]).toEqual([0, 0]);
    await life.cancel('p1');
    expect(await store.find('p1')).toEqual(play);
  });

  given('knows what is due, and nothing of a play that has ended', async (store, life) => {
    await life.add(playOf('p1'));
    const [claimed] = await life.claim();
    const token = claimed?.lease.token ?? '';
    await life.record('p1', token, questionOf('late', { timeoutMs: 3000 }));
    await life.record('p1', token, questionOf('soon', { timeoutMs: 1000, kind: 'timer' }));
    await life.record('p1', token, questionOf('never'));
    expect(await store.nextPauseDue()).toBe(NOW + 1000);
    expect(await store.listDuePauses(NOW + 999, 10)).toEqual([]);
    expect(await store.listDuePauses(NOW + 9000, 10)).toMatchObject([{ resumeId: 'soon' }, { resumeId: 'late' }]);
    expect(await life.expirePause('p1', 'soon', NOW + 1000)).toBe(true);
    expect(await life.expirePause('p1', 'soon', NOW + 1000)).toBe(false);
    expect((await store.listOpenQuestions('p1')).map((pause) => pause.id)).toEqual(['late', 'never']);
    await life.report('p1', token, 'failed');
    expect(await store.nextPauseDue()).toBeUndefined();
    expect(await store.listDuePauses(NOW + 9000, 10)).toEqual([]);
    expect(await store.listOpenQuestions('p1')).toEqual([]);
    await expect(life.answer('p1', 'never', '1')).rejects.toMatchObject({ reason: 'RESUME_WITHDRAWN' });
    expect((await store.findPause('p1', 'never'))?.state).toBe('withdrawn');
  });

  given('lists newest first, by what is asked, page by page', async (store, life) => {
    for (let i = 10; i < 20; i++) {
      await life.add(
        playOf(`p${i}`, { workflowSid: i % 2 ? 'w1' : 'w2', versionSid: `v${i % 3}`, name: `ÄPFEL ${i}` }),
      );
    }
    await life.claim(3);
    const workflow: PlayCondition = { kind: 'workflow', values: ['w1'] };
    const texts = ['äpfel', '1', 'greet'].map((text): PlayCondition => ({ kind: 'text', text }));
    expect(await store.list(query([], { limit: 3 }))).toMatchObject({
      found: [{ play: { sid: 'p19' } }, { play: { sid: 'p18' } }, { play: { sid: 'p17' } }],
      next: 'p17',
    });
    expect(await store.list(query([], { beforeSid: 'p12', limit: 2 }))).toMatchObject({ next: undefined });
    expect(await listSids(store, [], { beforeSid: 'p12' })).toEqual(['p11', 'p10']);
    expect(await listSids(store, [workflow, { kind: 'version', values: ['v0'] }])).toEqual(['p15']);
    expect(await listSids(store, [{ kind: 'status', values: ['running', 'failed'] }])).toEqual(['p12', 'p11', 'p10']);
    expect(await listSids(store, texts, { limit: 2 })).toEqual(['p19', 'p18']);
    expect(await listSids(store, [{ kind: 'text', text: '1%' }])).toEqual([]);
    expect(await store.countLive('w1')).toBe(5);
    await life.cancel('p11');
    await life.cancel('p13');
    expect(await store.countLive('w1')).toBe(4);
    expect(new Set(await store.listLive('w1'))).toEqual(new Set(['p11', 'p15', 'p17', 'p19']));
  });

  given('undoes nothing of a play when its decision fails', async (store, life) => {
    await life.add(playOf('p1'));
    const before = await store.find('p1');
    const failing = store.change('p1', (play) => {
      claim(play, grant());
      throw new Error('no');
    });
    await Promise.allSettled([failing, life.add(playOf('p2'))]);
    await expect(failing).rejects.toThrow('no');
    expect(await store.find('p1')).toEqual(before);
    expect((await store.find('p2'))?.sid).toBe('p2');
  });
}
