// What every PlayStore does with questions and their answers, whatever it stands on.

import { expect } from 'vitest';
import { NO_LIMITS } from './gates.ts';
import { answerPause, type Pause } from './pause.ts';
import { givenStore, listSids, NOW, playOf, questionOf, type StoreUnderTest } from './play-lives.conformance.ts';
import type { PlayVersion } from './version-move.ts';

export function playAnswersConformance(name: string, create: () => Promise<StoreUnderTest>): void {
  const given = givenStore(name, create);

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
    expect((await store.findPause('p1', 'q1'))?.deliveredIn).toBeUndefined();
    const [next] = await life.claim();
    expect((await store.findPause('p1', 'q1'))?.deliveredIn).toBe(0);
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
}
