// What every PlayStore finds by conditions: the same plays in the same order, page by page, also where a page ends before it is full.

import { firstSidAt } from '@hero-logic/platform';
import { expect } from 'vitest';
import { labelOf, type PlayCondition, within } from './filter/condition.ts';
import { givenStore, listSids, NOW, playOf, query, type StoreUnderTest } from './play-lives.conformance.ts';

/** Of one play a minute. */
const sidOf = (minute: number) => `${firstSidAt(NOW + minute * 60_000).slice(0, 25)}z`;
const minutesOf = (sids: readonly string[]) =>
  sids.map((sid) => Array.from({ length: 40 }, (_, i) => sidOf(i)).indexOf(sid));

export function playSearchConformance(name: string, create: () => Promise<StoreUnderTest>): void {
  const given = givenStore(name, create);

  given('finds by each kind of condition, alone, together and turned around', async (store, life) => {
    for (let i = 0; i < 12; i++) {
      const more = {
        ...{ workflowSid: i % 2 ? 'w1' : 'w2', workflowName: i % 2 ? 'greet' : 'other', versionNumber: 1 + (i % 3) },
        tags: { customer: i % 4 ? 'acme' : 'bob', '"odd" ü': `${i}` },
        ...(i === 5 ? { forkedFrom: { playSid: sidOf(1), spanId: '' } } : {}),
      };
      await life.add(playOf(sidOf(i), more));
    }
    for (const { play, lease } of await life.claim(3)) {
      await life.report(play.sid, lease.token, play.sid === sidOf(1) ? 'failed' : 'success', NOW + 5000);
    }
    const found = async (...conditions: PlayCondition[]) => minutesOf(await listSids(store, conditions));
    const acme = labelOf('customer', 'acme');
    expect(await found({ kind: 'label', values: [labelOf('customer', 'bob')] })).toEqual([8, 4, 0]);
    expect(await found({ kind: 'label', values: [labelOf('"odd" ü', '3'), labelOf('"odd" ü', '7')] })).toEqual([7, 3]);
    expect(await found({ kind: 'label', values: [acme], not: true })).toEqual([8, 4, 0]);
    expect(await found({ kind: 'label', values: [acme] }, { kind: 'workflow', values: ['w2'] })).toEqual([10, 6, 2]);
    expect(await found({ kind: 'version_number', values: [3] }, { kind: 'workflow', values: ['w1'] })).toEqual([11, 5]);
    expect(await found({ kind: 'status', values: ['failed'] })).toEqual([1]);
    expect(await found({ kind: 'status', values: ['pending'], not: true })).toEqual([2, 1, 0]);
    expect(await found({ kind: 'created', from: NOW + 9 * 60_000 })).toEqual([11, 10, 9]);
    expect(await found({ kind: 'created', before: NOW + 2 * 60_000 })).toEqual([1, 0]);
    expect(await found({ kind: 'created', from: NOW + 60_000, not: true })).toEqual([0]);
    expect(await found({ kind: 'started', from: NOW })).toEqual([2, 1, 0]);
    expect(await found({ kind: 'ended', before: NOW + 5001 })).toEqual([2, 1, 0]);
    expect(await found({ kind: 'ended', before: NOW + 5000 })).toEqual([]);
    expect(await found({ kind: 'text', text: 'greet', not: true }, { kind: 'text', text: 'play' })).toHaveLength(6);
    expect(await found({ kind: 'error', values: ['none'] })).toEqual([]);
  });

  given('finds the plays of a namespace', async (store, life) => {
    for (let i = 0; i < 9; i++) {
      const namespace = [undefined, 'team-a', 'team-b'][i % 3];
      await life.add(playOf(sidOf(i), { namespace, workflowSid: `w${i % 3}`, tags: { odd: `${i % 2 === 1}` } }));
    }
    const found = async (...conditions: PlayCondition[]) => minutesOf(await listSids(store, conditions));
    expect(await found(...within('team-a'))).toEqual([7, 4, 1]);
    expect(await found(...within('default'))).toEqual([6, 3, 0]);
    expect(await found(...within(undefined))).toHaveLength(9);
    expect(await found(...within('other'))).toEqual([]);
    const odd: PlayCondition = { kind: 'label', values: [labelOf('odd', 'true')] };
    expect(await found(...within('team-a'), odd)).toEqual([7, 1]);
    expect(await found(...within('default'), odd)).toEqual([3]);
    expect(await found(...within('team-a'), { kind: 'workflow', values: ['w2'] })).toEqual([]);
    expect(await found(...within('team-a'), { kind: 'text', text: 'play', not: true })).toEqual([]);
  });

  given('finds what lies behind many candidates', async (store, life) => {
    const older = Array.from({ length: 205 }, (_, i) => playOf(sidOf(i), { name: i === 1 ? 'needle' : 'hay' }));
    await Promise.all(older.map((play) => life.add(play)));
    const needle: PlayCondition = { kind: 'text', text: 'needle' };
    expect(minutesOf(await listSids(store, [needle]))).toEqual([1]);
    const { workflowSid } = playOf(sidOf(1));
    expect(minutesOf(await listSids(store, [needle, { kind: 'workflow', values: [workflowSid] }]))).toEqual([1]);
  });

  given('gives every hit once over many pages', async (store, life) => {
    for (let i = 0; i < 30; i++) await life.add(playOf(sidOf(i), { tags: { third: `${i % 3 === 0}` } }));
    const conditions: PlayCondition[] = [{ kind: 'label', values: [labelOf('third', 'true')] }];
    const seen: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page = await store.list(query(conditions, { beforeSid: next, limit: 4 }));
      seen.push(...page.found.map(({ play }) => play.sid));
      next = page.next;
    }
    expect(minutesOf(seen)).toEqual([27, 24, 21, 18, 15, 12, 9, 6, 3, 0]);
  });
}
