// What every RemovalStore does: nothing that is referred to is hidden, what is hidden is not listed and can be shown again, what is removed
// is gone with all that belongs to it and leaves a note.

import { expect, test } from 'vitest';
import { labelOf } from '../filter/condition.ts';
import type { Play } from '../play.ts';
import { end } from '../play.ts';
import { lifeOf, listSids, NOW, playOf, questionOf } from '../play-lives.conformance.ts';
import type { PlayStore } from '../play-store.ts';
import type { RetentionStore } from '../retention/retention.ts';
import { type EndPlace, RETENTION, type RemovalStore } from './removal-store.ts';

export interface RemovalsUnderTest {
  readonly plays: PlayStore;
  readonly removals: RemovalStore;
  readonly retention: RetentionStore;
  close(): Promise<void>;
}

export function removalStoreConformance(name: string, create: () => Promise<RemovalsUnderTest>): void {
  const given = (what: string, body: (under: RemovalsUnderTest) => Promise<void>) =>
    test(`${name}: ${what}`, async () => {
      const under = await create();
      try {
        await body(under);
      } finally {
        await under.close();
      }
    });

  given('hides what has ended and nobody refers to, shows it again, and removes it for good', async (under) => {
    const { plays, removals } = under;
    const life = lifeOf(plays);
    const ended = async (sid: string, more: Partial<Play> = {}) => {
      await life.add(playOf(sid, more));
      await life.cancel(sid);
    };
    await life.add(playOf('live'));
    await ended('child', { parentPlaySid: 'live', rootPlaySid: 'live', depth: 1 });
    await ended('above');
    await life.add(playOf('below', { parentPlaySid: 'above', rootPlaySid: 'above', depth: 1 }));
    await ended('original');
    await ended('fork', { forkedFrom: { playSid: 'original', spanId: '' } });
    await ended('measured', { tags: { benchmark: 'b1' } });
    await ended('helper', { tags: { benchmark: 'helper' } });
    await ended('plain', { idempotencyKey: 'k', tags: { a: 'b', 'odd "key"': '' } });
    const sids = ['live', 'child', 'above', 'below', 'original', 'measured', 'none', 'fork', 'helper', 'plain'];
    const hidden = await removals.hide(sids, 'j1');
    expect(hidden.map((one) => (typeof one === 'string' ? one : one.reason))).toEqual([
      ...['PLAY_NOT_ENDED', 'PLAY_IN_USE', 'PLAY_IN_USE', 'PLAY_NOT_ENDED', 'PLAY_IN_USE', 'PLAY_IN_USE'],
      ...['PLAY_NOT_FOUND', 'hidden', 'hidden', 'hidden'],
    ]);
    expect(hidden[4]).toMatchObject({ message: 'play fork is a fork of it' });
    expect(hidden[5]).toMatchObject({ message: 'benchmark b1 refers to it' });
    expect(await removals.hide(['plain', 'fork'], 'j2')).toEqual(['already', 'already']);
    expect(await removals.hide(['plain'], 'j1')).toEqual(['hidden']);
    expect(await listSids(plays, [])).toEqual(['original', 'measured', 'live', 'child', 'below', 'above']);
    expect((await plays.listSids({ conditions: [], beforeSid: '', limit: 50 })).sids).toHaveLength(6);
    expect((await plays.find('plain'))?.sid).toBe('plain');
    expect(await removals.find('plain')).toEqual({ by: 'j1' });
    expect(await removals.find('live')).toBeUndefined();

    await removals.remove(['helper', 'plain'], 'j2', NOW);
    expect((await plays.find('plain'))?.sid, 'hidden by another').toBe('plain');
    expect(await removals.show('j1', 1)).toBe(1);
    expect(await removals.show('j1', 10)).toBe(2);
    expect(await removals.show('j1', 10)).toBe(0);
    expect(await listSids(plays, [])).toHaveLength(9);

    expect(await removals.hide(['fork', 'original'], 'j3'), 'with its fork').toEqual(['hidden', 'hidden']);
    expect(await removals.show('j3', 10)).toBe(2);
    expect(await removals.hide(['plain'], RETENTION)).toEqual(['hidden']);
    expect(await removals.listHidden(RETENTION, 5)).toEqual(['plain']);
    for (let i = 0; i < 2; i++) await removals.remove(['plain'], RETENTION, NOW + 7);
    expect(await plays.find('plain')).toBeUndefined();
    expect(await removals.find('plain')).toEqual({ by: RETENTION, removedAt: NOW + 7 });
    expect(await removals.hide(['plain'], RETENTION)).toMatchObject([{ reason: 'PLAY_NOT_FOUND' }]);
    expect((await life.add(playOf('again', { idempotencyKey: 'k' }))).added).toBe(true);
    expect(await removals.forget(NOW + 7, 10)).toBe(0);
    expect(await removals.forget(NOW + 8, 10)).toBe(1);
    expect(await removals.find('plain')).toBeUndefined();
  });

  given('fills a page with what lies behind many hidden plays', async ({ plays, removals }) => {
    const life = lifeOf(plays);
    const sids = Array.from({ length: 30 }, (_, i) => `p${i + 10}`);
    for (const sid of sids) {
      await life.add(playOf(sid));
      await life.cancel(sid);
    }
    await removals.hide(sids.slice(5, 29), 'j1');
    const ended = [{ kind: 'status', values: ['success', 'pending'], not: true }] as const;
    for (const conditions of [[], ended]) {
      const page = await plays.list({ conditions, beforeSid: '', limit: 4 });
      expect(page.found.map(({ play }) => play.sid)).toEqual(['p39', 'p14', 'p13', 'p12']);
      expect(await listSids(plays, conditions, { beforeSid: page.next ?? '', limit: 4 })).toEqual(['p11', 'p10']);
    }
  });

  given('finds a removed play by no label, and keeps those of one that was brought back', async (under) => {
    const { plays, removals } = under;
    const life = lifeOf(plays);
    const tags = { a: 'b' };
    for (const sid of ['gone', 'back']) {
      await life.add(playOf(sid, { tags }));
      await life.cancel(sid);
    }
    const labelled = () => listSids(plays, [{ kind: 'label', values: [labelOf('a', 'b')] }]);
    expect(await labelled()).toEqual(['gone', 'back']);
    await removals.hide(['gone', 'back'], RETENTION);
    await removals.remove(['gone', 'back'], RETENTION, NOW);
    expect(await labelled()).toEqual([]);
    await life.add(playOf('back', { tags }));
    while ((await removals.tidy()) > 0);
    expect(await labelled()).toEqual(['back']);
  });

  given('removes questions, answers and long documents with the play', async ({ plays, removals }) => {
    const life = lifeOf(plays);
    const long = JSON.stringify('x'.repeat(10_000));
    await plays.add({
      play: playOf('p', { prefillOnly: true }),
      inputData: long,
      prefill: [{ key: 'q', payload: long }],
    });
    const token = (await life.claim())[0]?.lease.token ?? '';
    await life.record('p', token, questionOf('q', { schema: '{}', message: 'm'.repeat(9000) }), NOW, long);
    await life.report('p', token, 'success');
    expect(await removals.hide(['p'], RETENTION)).toEqual(['hidden']);
    await removals.remove(['p'], RETENTION, NOW);
    expect(await plays.details('p')).toBeUndefined();
    expect(await plays.inputData('p')).toBe('');
    expect(await plays.findPause('p', 'q')).toBeUndefined();
    expect(await plays.takePrefill('p', 'q', 'q')).toBeUndefined();
  });

  given('takes what has ended by its end, but for what is referred to, and finishes what was begun', async (under) => {
    const { plays, removals } = under;
    const life = lifeOf(plays);
    const add = (sid: string, at: number, more: Partial<Play> = {}) =>
      life
        .add(playOf(sid, { tags: { a: sid }, ...more }))
        .then(() => plays.change(sid, (play) => ({ play: end(play, 'success', NOW + at), result: undefined })));
    await life.add(playOf('live'));
    await life.add(playOf('below', { parentPlaySid: 'p1', rootPlaySid: 'p1', depth: 1 }));
    for (const sid of ['p0', 'p1', 'p2', 'p3', 'p6']) await add(sid, Number(sid.slice(1)));
    await add('p4', 4, { tags: { benchmark: 'b1' } });
    await add('p5', 5, { parentPlaySid: 'live', rootPlaySid: 'live', depth: 1 });
    await add('other', 0, { workflowSid: 'w2' });
    await life.add(playOf('fork', { forkedFrom: { playSid: 'p2', spanId: '' } }));
    await removals.hide(['p3'], 'j1');
    const place = (at: number, sid: string) => ({ endedAt: NOW + at, sid });
    const take = (after: EndPlace, upTo: EndPlace, atMost = 10) =>
      removals.takeEnded({ workflowSid: 'w1', after, upTo, atMost, now: NOW + 100 });
    const begin = { endedAt: 0, sid: '' };
    expect(await take(begin, place(1, ''))).toEqual({ sids: ['p0'], last: place(0, 'p0') });
    expect(await take(begin, place(0, 'p0')), 'again').toEqual({ sids: [], last: undefined });
    expect(await take(begin, place(9, ''), 1), 'one that stays').toEqual({ sids: [], last: place(1, 'p1') });
    expect(await take(place(1, 'p1'), place(6, 'p6'))).toEqual({ sids: ['p6'], last: place(6, 'p6') });
    expect(await take(place(6, 'p6'), place(9, ''))).toEqual({ sids: [], last: undefined });

    // Nobody finds them any more, whether they are gone or hidden.
    expect((await listSids(plays, [])).sort()).toEqual(['below', 'fork', 'live', 'other', 'p1', 'p2', 'p4', 'p5']);
    expect(await removals.find('p0')).toMatchObject({ by: RETENTION });
    // As it is after a crash.
    expect(await removals.listHidden(RETENTION, 1)).toHaveLength(1);
    const begun = await removals.listHidden(RETENTION, 10);
    expect(begun.sort()).toEqual(['p0', 'p6']);
    for (let i = 0; i < 2; i++) await removals.remove(begun, RETENTION, NOW + 100);
    expect(await removals.listHidden(RETENTION, 10)).toEqual([]);
    for (const sid of ['p0', 'p6']) {
      expect(await plays.find(sid)).toBeUndefined();
      expect(await removals.find(sid)).toEqual({ by: RETENTION, removedAt: NOW + 100 });
    }
    while ((await removals.tidy()) > 0);
    expect(await removals.find('p3')).toEqual({ by: 'j1' });
    expect((await plays.find('p2'))?.sid).toBe('p2');
  });

  given('brings back nothing that is still to be finished', async ({ plays, removals }) => {
    const life = lifeOf(plays);
    await life.add(playOf('back'));
    await plays.change('back', (play) => ({ play: end(play, 'success', NOW), result: undefined }));
    const range = { workflowSid: 'w1', after: { endedAt: 0, sid: '' }, upTo: { endedAt: NOW, sid: 'z' }, atMost: 9 };
    const { sids } = await removals.takeEnded({ ...range, now: NOW });
    expect(sids).toEqual(['back']);
    await removals.remove(sids, RETENTION, NOW);
    await life.add(playOf('back'));
    expect(await removals.listHidden(RETENTION, 9)).toEqual([]);
    await removals.remove(sids, RETENTION, NOW);
    expect((await plays.find('back'))?.sid).toBe('back');
  });

  given(
    'finds the plays of a workflow that are one too many, counts plays, and keeps rules',
    async ({ plays, removals, retention }) => {
      const life = lifeOf(plays);
      for (let i = 0; i < 6; i++) {
        await life.add(playOf(`p${i}`, { workflowSid: i < 5 ? 'w1' : 'w2', workflowName: 'latest name' }));
        const ends = (play: Play) => end(play, 'success', NOW + Math.floor(i / 2));
        if (i !== 4) await plays.change(`p${i}`, (play) => ({ play: ends(play), result: undefined }));
      }
      expect(await removals.nextWorkflow('')).toBe('w1');
      expect(await removals.nextWorkflow('w1')).toBe('w2');
      expect(await removals.nextWorkflow('w2')).toBeUndefined();
      expect(await removals.firstOver('w1', 1)).toEqual({ endedAt: NOW + 1, sid: 'p2' });
      expect(await removals.firstOver('w1', 4)).toBeUndefined();
      const figures = await removals.figures('w1', 2);
      expect(figures).toMatchObject({ plays: 5, workflowName: 'latest name', oldestAt: NOW, sample: ['p4', 'p3'] });
      expect(figures?.sampleBytes).toBeGreaterThan(200);
      expect(await removals.figures('none', 2)).toBeUndefined();

      expect(await retention.find('w1')).toBeUndefined();
      await retention.set('w1', { maxPlays: 3, maxAgeMs: 5 });
      await retention.set('w2', { maxPlays: 0 });
      await retention.set('w1', { maxPlays: 4 });
      expect(await retention.list(10)).toEqual([
        { workflowSid: 'w1', rule: { maxPlays: 4 } },
        { workflowSid: 'w2', rule: { maxPlays: 0 } },
      ]);
      await retention.set('w2', undefined);
      expect(await retention.find('w2')).toBeUndefined();
    },
  );
}
