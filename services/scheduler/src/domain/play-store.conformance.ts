// What every PlayStore does, whatever it stands on.

import { expect, test } from 'vitest';
import { answerChild, childPayload, recordChild } from './child.ts';
import type { PlayCondition } from './filter/condition.ts';
import { NO_LIMITS } from './gates.ts';
import { claim, expireLease, type LeaseGrant } from './lease.ts';
import { answerPause, expirePause, type Pause, type Question, recordPause, withdrawPause } from './pause.ts';
import { cancel, type Play } from './play.ts';
import type { PlayQuery, PlayStore } from './play-store.ts';
import type { PrefilledAnswer } from './prefill.ts';
import { type RunOutcome, report } from './run.ts';
import type { PlayVersion } from './version-move.ts';

export interface StoreUnderTest {
  readonly store: PlayStore;
  close(): Promise<void>;
}

export const NOW = 1_800_000_000_000;
const TTL = 10_000;

export function playOf(sid: string, more: Partial<Play> = {}): Play {
  return {
    ...{ sid, workflowSid: 'w1', workflowName: 'greet', versionSid: 'v1', versionNumber: 1, name: `play ${sid}` },
    ...{ status: 'pending', rev: 1, attempt: 0, lostLeases: 0, prefillOnly: false, idempotencyKey: '' },
    ...{
      concurrencyKey: '',
      concurrencyLimit: 0,
      limits: NO_LIMITS,
      priority: 0,
      tags: {},
      trigger: '',
      parentPlaySid: '',
      parentSpanId: '',
    },
    ...{
      parentResumeId: '',
      depth: 0,
      rootPlaySid: sid,
      warnings: [],
      spanCount: 0,
      createdAt: NOW,
      durationMs: 0,
      waitingMs: 0,
    },
    ...{ sandboxTier: '', inputBytes: 2, answerBytes: 0, childAnswerBytes: 0, questionBytes: 0, answers: 0 },
    ...more,
  };
}

export function questionOf(id: string, more: Partial<Question> = {}): Question {
  return { id, name: id, kind: 'question', spanId: '', schema: '', ui: '', message: '', ...more };
}

let tokens = 0;
const grant = (): LeaseGrant => ({ token: `t${++tokens}`, executorId: 'e', now: NOW, ttlMs: TTL });
export const query = (conditions: readonly PlayCondition[], more: Partial<PlayQuery> = {}): PlayQuery => ({
  ...{ conditions, beforeSid: '', limit: 50 },
  ...more,
});

/** The sids of one page. */
export async function listSids(store: PlayStore, conditions: readonly PlayCondition[], more: Partial<PlayQuery> = {}) {
  return (await store.list(query(conditions, more))).found.map(({ play }) => play.sid);
}

/** The steps of a play's life as its commands take them. */
export function lifeOf(store: PlayStore) {
  return {
    add: (play: Play, prefill: PrefilledAnswer[] = []) => store.add({ play, inputData: '{}', prefill }),
    claim: (plays = 1, bytes = 1e9, childBytes = 1e9) => store.claim({ plays, slots: plays, bytes, childBytes }, grant),
    record: (sid: string, token: string, question: Question, now = NOW, prefilled?: string) =>
      store.changePause(sid, question.id, (play, pause) =>
        recordPause(play, pause, { token, question, now, prefilled }),
      ),
    answer: (sid: string, id: string, payload: string, now = NOW) =>
      store.changePause(sid, id, (play, pause) => answerPause(play, pause, id, { payload, by: 'me', now })),
    withdraw: (sid: string, id: string, token: string) =>
      store.changePause(sid, id, (play, pause) => withdrawPause(play, pause, token)),
    expirePause: (sid: string, id: string, now: number) =>
      store.changePause(sid, id, (play, pause) => expirePause(play, pause, now)),
    report: (sid: string, token: string, outcome: RunOutcome, now = NOW) =>
      store.change(sid, (found, facts) => {
        const run = { token, outcome, durationMs: 1, spanCount: 0, warnings: [], sandboxTier: '' };
        const { play, status } = report(found, run, facts, now);
        return { play, result: status, ...(status === 'success' && play !== found ? { outputData: `"${sid}"` } : {}) };
      }),
    /** Records a child of this play; its sid. The child's play is `more`. */
    spawn: (sid: string, token: string, id: string, more: Partial<Play> & { group?: string } = {}) => {
      const { group = '', ...rest } = more;
      const play = playOf(`${sid}.${id}`, { parentPlaySid: sid, parentResumeId: id, depth: 1, ...rest });
      const birth = { child: { play, inputData: '{}', prefill: [] } };
      const question = questionOf(id, { kind: 'child' });
      return store.changePause(sid, id, (found, pause) =>
        recordChild(found, pause, { token, question, group, birth, now: NOW }),
      );
    },
    tell: async (childSid: string, now = NOW) => {
      const child = (await store.find(childSid)) as Play;
      const given = { childPlaySid: childSid, payload: childPayload(child, await store.outputData(childSid)), now };
      return store.changePause(child.parentPlaySid, child.parentResumeId, (parent, pause, facts) =>
        answerChild(parent, pause, facts, given),
      );
    },
    cancel: (sid: string, now = NOW) =>
      store.change(sid, (found) => ({ play: cancel(found, '', now), result: undefined })),
    expireLease: (sid: string, now: number) =>
      store.change(sid, (found) => ({ play: expireLease(found, now), result: undefined })),
  };
}

/** Declares a test that gets a fresh store. */
export function givenStore(name: string, create: () => Promise<StoreUnderTest>) {
  return (what: string, body: (store: PlayStore, life: ReturnType<typeof lifeOf>) => Promise<void>) =>
    test(`${name}: ${what}`, async () => {
      const { store, close } = await create();
      try {
        await body(store, lifeOf(store));
      } finally {
        await close();
      }
    });
}

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

  given('takes the first of many answers and wakes the play once', async (store, life) => {
    await life.add(playOf('p1'));
    const [claimed] = await life.claim();
    const token = claimed?.lease.token ?? '';
    const texts = { schema: '{}', ui: '[]', message: '# hi', defaultPayload: '1' };
    expect(await life.record('p1', token, questionOf('q1', texts))).toBeUndefined();
    await life.record('p1', token, questionOf('q2'));
    expect(await life.report('p1', token, 'awaiting_resume')).toBe('awaiting_resume');
    expect((await store.findSettled('p1'))?.settled).toBe(true);
    expect(await store.details('p1')).toMatchObject({ pending: [{ id: 'q1', ...texts }, { id: 'q2' }], received: [] });
    const answers = Array.from({ length: 20 }, (_, i) => life.answer('p1', 'q1', String(i), NOW + i));
    const settled = await Promise.allSettled(answers);
    expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect(await store.find('p1')).toMatchObject({ status: 'pending', answers: 1 });
    const [next] = await life.claim();
    expect(next?.answers).toMatchObject([{ id: 'q1', name: 'q1', payload: '0', expired: false }]);
    const details = await store.details('p1');
    expect(details).toMatchObject({
      pending: [{ id: 'q2' }],
      received: [{ id: 'q1', payload: '0', resumedBy: 'me' }],
      receivedOmitted: 0,
    });
    expect(await life.report('p1', next?.lease.token ?? '', 'awaiting_resume')).toBe('awaiting_resume');
    expect(await store.listMissedWakeUps(10)).toEqual([]);
  });

  given('adds a play with answers that it keeps from another one, as they were', async (store, life) => {
    const texts = { schema: '{}', ui: '[]', message: '# hi', defaultPayload: '1' };
    const told = { playSid: 'p2', askedAt: NOW, resumedBy: 'ann' };
    const pauses: Pause[] = [
      {
        ...questionOf('q1', texts),
        ...told,
        state: 'answered',
        payload: ' {"n": 1.0}',
        resumedAt: NOW + 5,
        answerSeq: 0,
      },
      {
        ...questionOf('q2', { timeoutMs: 5 }),
        ...told,
        state: 'expired',
        expiresAt: NOW + 5,
        resumedAt: NOW + 6,
        answerSeq: 1,
      },
      {
        ...questionOf('nap', { kind: 'timer' }),
        ...told,
        state: 'answered',
        payload: 'null',
        resumedAt: NOW + 7,
        answerSeq: 2,
      },
    ];
    await store.add({ play: playOf('p2', { answers: 3 }), inputData: '{}', prefill: [], pauses });
    expect(await store.listAnswered('p2')).toEqual(pauses.map((pause) => expect.objectContaining(pause)));
    expect(await store.listAnswered('p3')).toEqual([]);
    expect(await store.nextPauseDue()).toBeUndefined();
    expect((await store.details('p2'))?.received).toMatchObject([{ id: 'q1', resumedBy: 'ann' }, { id: 'q2' }]);
    const [claimed] = await life.claim();
    expect(claimed?.answers).toEqual([
      { id: 'q1', name: 'q1', payload: ' {"n": 1.0}', expired: false },
      { id: 'q2', name: 'q2', payload: '', expired: true },
      { id: 'nap', name: 'nap', payload: 'null', expired: false },
    ]);
    expect(await life.report('p2', claimed?.lease.token ?? '', 'success')).toBe('success');
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

  given(
    'moves a play to another version with an answer; other questions and timers that are open or lost a race are forgotten',
    async (store, life) => {
      await life.add(playOf('p1'));
      const [claimed] = await life.claim();
      const token = claimed?.lease.token ?? '';
      for (const id of ['q1', 'q2', 'q3'])
        await life.record('p1', token, questionOf(id, { schema: '{"a":1}', message: id }));
      await life.record('p1', token, questionOf('nap', { kind: 'timer', timeoutMs: 1000 }));
      await life.record('p1', token, questionOf('loser'));
      await life.withdraw('p1', 'loser', token);
      await life.answer('p1', 'q3', '3');
      const move = (id: string, moveTo: PlayVersion) =>
        store.changePause('p1', id, (play, pause) =>
          answerPause(play, pause, id, { payload: '1', by: 'me', now: NOW + 9, moveTo }),
        );
      expect(await move('q1', { sid: 'v2', number: 2, limits: NO_LIMITS })).toBe(NOW + 9);
      expect(await store.find('p1')).toMatchObject({
        status: 'pending',
        versionSid: 'v2',
        versionNumber: 2,
      });
      expect(await listSids(store, [{ kind: 'version', values: ['v2'] }])).toEqual(['p1']);
      expect(await listSids(store, [{ kind: 'version', values: ['v1'] }])).toEqual([]);
      expect(await store.nextPauseDue()).toBeUndefined();
      expect(await store.listOpenQuestions('p1')).toEqual([]);
      await expect(life.report('p1', token, 'success')).rejects.toMatchObject({ reason: 'LEASE_LOST' });
      expect(await move('q1', { sid: 'v2', number: 2, limits: NO_LIMITS })).toBe(NOW + 9);
      await expect(move('q1', { sid: 'v1', number: 1, limits: NO_LIMITS })).rejects.toMatchObject({
        reason: 'RESUME_ALREADY_ANSWERED',
      });
      const [again] = await life.claim();
      expect(again?.answers.map((answer) => answer.id)).toEqual(['q3', 'q1']);
      await life.record('p1', again?.lease.token ?? '', questionOf('q2', { schema: '{"b":2}' }));
      expect(await store.listOpenQuestions('p1')).toMatchObject([{ id: 'q2', schema: '{"b":2}', message: '' }]);
      expect(await life.record('p1', again?.lease.token ?? '', questionOf('loser'))).toBeUndefined();
      expect((await store.findPause('p1', 'loser'))?.state).toBe('open');
    },
  );

  given('leaves a play that is being cancelled to its end, whatever version an answer names', async (store, life) => {
    await life.add(playOf('p1'));
    const [claimed] = await life.claim();
    const token = claimed?.lease.token ?? '';
    await life.record('p1', token, questionOf('q1'));
    await life.cancel('p1');
    const given = { payload: '1', by: 'me', now: NOW, moveTo: { sid: 'v2', number: 2, limits: NO_LIMITS } };
    await store.changePause('p1', 'q1', (play, pause) => answerPause(play, pause, 'q1', given));
    expect(await life.report('p1', token, 'cancelled')).toBe('cancelled');
    expect((await store.find('p1'))?.versionSid).toBe('v1');
  });

  given('goes on at once when an answer came while the process was leaving', async (store, life) => {
    await life.add(playOf('p1'));
    const [claimed] = await life.claim();
    const token = claimed?.lease.token ?? '';
    await life.record('p1', token, questionOf('q1'));
    await life.answer('p1', 'q1', '"early"');
    expect((await store.find('p1'))?.status).toBe('running');
    expect(await life.report('p1', token, 'awaiting_resume')).toBe('pending');
    expect((await life.claim())[0]?.answers).toMatchObject([{ payload: '"early"' }]);
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

  given('forgets a withdrawn pause as if it had never been open', async (store, life) => {
    await life.add(playOf('p1'));
    const [claimed] = await life.claim();
    const token = claimed?.lease.token ?? '';
    await life.record('p1', token, questionOf('q', { timeoutMs: 1000, message: 'hello' }));
    await life.record('p1', token, questionOf('nap', { timeoutMs: 1000, kind: 'timer' }));
    expect(await life.withdraw('p1', 'q', token)).toBe(true);
    expect(await life.withdraw('p1', 'q', token)).toBe(false);
    expect(await life.withdraw('p1', 'nap', token)).toBe(true);
    expect(await life.withdraw('p1', 'nobody', token)).toBe(false);
    await expect(life.withdraw('p1', 'q', 'stale')).rejects.toMatchObject({ reason: 'LEASE_LOST' });
    expect(await store.nextPauseDue()).toBeUndefined();
    expect(await store.listDuePauses(NOW + 9000, 10)).toEqual([]);
    expect(await life.expirePause('p1', 'q', NOW + 9000)).toBe(false);
    await expect(life.answer('p1', 'q', '1')).rejects.toMatchObject({ reason: 'RESUME_WITHDRAWN' });
    expect(await store.listOpenQuestions('p1')).toEqual([]);
    expect(await store.find('p1')).toMatchObject({ questionBytes: 0, answers: 0 });
    expect(await life.report('p1', token, 'awaiting_resume'), 'nothing is left to wait for').toBe('failed');
  });

  given('gives a prefilled answer to one pause, the same one ever after', async (store, life) => {
    const prefill = ['a:1', 'a:2', 'id7:3', 'b:4'].map((text) => {
      const [key = '', payload = ''] = text.split(':');
      return { key, payload };
    });
    await life.add(playOf('p1', { prefillOnly: true }), prefill);
    expect(await store.takePrefill('p1', 'id1', 'a')).toBe('1');
    expect(await store.takePrefill('p1', 'id7', 'a')).toBe('3');
    expect(await store.takePrefill('p1', 'id2', 'a')).toBe('2');
    expect(await store.takePrefill('p1', 'id1', 'a')).toBe('1');
    expect(await store.takePrefill('p1', 'id3', 'a')).toBeUndefined();
    const [claimed] = await life.claim();
    let unused: readonly string[] = [];
    await store.change('p1', (_, facts) => {
      unused = facts.unusedPrefill;
      return { result: undefined };
    });
    expect(unused).toEqual(['b']);
    const answer = await life.record('p1', claimed?.lease.token ?? '', questionOf('id1'), NOW, '1');
    expect(answer).toMatchObject({ payload: '1' });
    expect(await store.findPause('p1', 'id1')).toMatchObject({ state: 'answered', resumedBy: 'prefill' });
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
