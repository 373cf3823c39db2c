// What every PlayStore does for parents and children.

import { expect } from 'vitest';
import { givenStore, listSids, playOf, query, questionOf, type StoreUnderTest } from './play-lives.conformance.ts';

export function playFamiliesConformance(name: string, create: () => Promise<StoreUnderTest>): void {
  const given = givenStore(name, create);

  given('adds a child with its pause, once, and says who has to be told of its end', async (store, life) => {
    await life.add(playOf('p1'));
    const token = (await life.claim())[0]?.lease.token ?? '';
    const twice = await Promise.all([life.spawn('p1', token, 'c'), life.spawn('p1', token, 'c', { name: 'other' })]);
    expect(twice.map((one) => one.childPlaySid)).toEqual(['p1.c', 'p1.c']);
    expect((await store.find('p1.c'))?.name).toBe('play p1.c');
    expect(await store.inputData('p1.c')).toBe('{}');
    expect(await listSids(store, [{ kind: 'parent', values: ['p1'] }])).toEqual(['p1.c']);
    expect(await life.report('p1', token, 'awaiting_resume')).toBe('awaiting_resume');
    const [waits] = (await store.list(query([{ kind: 'status', values: ['awaiting_resume'] }]))).found;
    expect(waits?.waitingFor).toMatchObject([{ id: 'c', kind: 'child', child: { playSid: 'p1.c', group: '' } }]);
    expect((await store.findSettled('p1'))?.settled).toBe(false);
    expect(await store.listOpenQuestions('p1')).toEqual([]);
    expect(await store.hasFamilyWork()).toBe(false);
    const child = (await life.claim())[0]?.lease.token ?? '';
    await life.report('p1.c', child, 'success');
    expect(await store.outputData('p1.c')).toBe('"p1.c"');
    expect((await store.listUntoldChildren(10)).map(({ sid }) => sid)).toEqual(['p1.c']);
    expect(await store.hasFamilyWork()).toBe(true);
    expect(await life.tell('p1.c')).toBe(true);
    expect(await life.tell('p1.c')).toBe(false);
    await store.markTold(['p1.c']);
    expect(await store.listUntoldChildren(10)).toEqual([]);
    expect(await store.hasFamilyWork()).toBe(false);
    const payload = '{"play_sid":"p1.c","status":"success","output":"p1.c"}';
    expect((await life.claim())[0]).toMatchObject({ play: { sid: 'p1' }, answers: [{ id: 'c', payload }] });
    expect((await store.details('p1'))?.received).toEqual([]);
  });

  given('knows the children that nobody waits for any more', async (store, life) => {
    await life.add(playOf('p1'));
    await life.add(playOf('p2'));
    const claimed = await life.claim(2);
    for (const { play, lease } of claimed) {
      const { sid } = play;
      const { token } = lease;
      for (const id of ['a', 'b']) await life.spawn(sid, token, id);
      await life.report(sid, token, 'awaiting_resume');
    }
    await life.cancel('p1.a');
    await life.tell('p1.a');
    expect(await store.listLeftChildren(10)).toEqual([]);
    await life.cancel('p1');
    await life.cancel('p2');
    const left = await store.listLeftChildren(10, 'p1');
    expect(left).toEqual([{ playSid: 'p1', resumeId: 'b', childPlaySid: 'p1.b' }]);
    expect(await store.listLeftChildren(10)).toHaveLength(3);
    await store.markLeft(left);
    expect(await store.listLeftChildren(10, 'p1')).toEqual([]);
    expect(await store.listLeftChildren(1)).toHaveLength(1);
    expect(await store.hasFamilyWork()).toBe(true);
    expect(await life.tell('p1.a'), 'a parent that has ended takes nothing').toBe(false);
  });

  given(
    'wakes for a group once none of its pauses is open, and claims no more of its answers than fit',
    async (store, life) => {
      await life.add(playOf('p1'));
      const token = (await life.claim())[0]?.lease.token ?? '';
      for (const id of ['a', 'b', 'c']) await life.spawn('p1', token, id, { group: 'g' });
      await life.spawn('p1', token, 'other', { group: 'h' });
      for (const id of ['a', 'b']) {
        await life.cancel(`p1.${id}`);
        expect(await life.tell(`p1.${id}`)).toBe(true);
      }
      expect(await life.report('p1', token, 'awaiting_resume')).toBe('awaiting_resume');
      expect(await store.listMissedWakeUps(10)).toEqual([]);
      await life.cancel('p1.c');
      await life.tell('p1.c');
      expect((await store.find('p1'))?.status).toBe('pending');
      await life.cancel('p1.other');
      const size = Buffer.byteLength('{"play_sid":"p1.a","status":"cancelled","error":null}');
      const [claimed] = await life.claim(1, 1e9, 2 * size);
      expect(claimed?.answers.map(({ id }) => id)).toEqual(['a', 'b']);
      const again = await life.spawn('p1', claimed?.lease.token ?? '', 'c', { group: 'g' });
      expect(again.answer).toMatchObject({ id: 'c', payload: expect.stringContaining('cancelled') });
      await life.record('p1', claimed?.lease.token ?? '', questionOf('q'));
      expect(await life.report('p1', claimed?.lease.token ?? '', 'released')).toBe('pending');
      await life.tell('p1.other');
      const next = await life.claim(1, 1e9, 2 * size - 1);
      expect(
        next[0]?.answers.map(({ id }) => id),
        'what no run has been given goes first',
      ).toEqual(['other']);
    },
  );
}
