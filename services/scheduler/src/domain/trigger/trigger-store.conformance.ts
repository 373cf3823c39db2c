// What every TriggerStore does: one decision at a time about a trigger and its firings, all of it or nothing, found again by what the
// loops look for, and bounded.

import { HeroError } from '@hero-logic/platform';
import { expect, test } from 'vitest';
import type { SealSecrets } from '../hook/secret-box.ts';
import { keepsSecrets } from '../hook/secrets.conformance.ts';
import { type Fire, newFire, type Trigger } from './trigger.ts';
import { KEPT_FIRES, type TriggerStore } from './trigger-store.ts';

export interface TriggerStoreUnderTest {
  readonly store: TriggerStore;
  close(): Promise<void>;
}

const NOW = 1_000_000;

const triggerOf = (sid: string, more: Partial<Trigger> = {}): Trigger => ({
  ...{ sid, workflowSid: 'w1', workflowName: 'greet', name: '', kind: 'cron', spec: '{}', overlap: 'skip' },
  ...{ jitterMs: 0, pauseAfterFailures: 0, failuresInRow: 0, versionSid: '', enabled: true, pauseReason: '' },
  ...{ lastPlaySid: '', started: 0, skipped: 0, missed: 0, requestId: '', createdAt: NOW, updatedAt: NOW },
  ...more,
});

const fireOf = (trigger: Trigger, dueAt: number, more: Partial<Fire> = {}): Fire => ({
  ...newFire(trigger, { id: String(dueAt), dueAt, source: 'schedule' }),
  ...more,
});

export function triggerStoreConformance(
  name: string,
  create: (seal?: SealSecrets) => Promise<TriggerStoreUnderTest>,
): void {
  const given = (what: string, body: (store: TriggerStore) => Promise<void>) =>
    test(`${name}: ${what}`, async () => {
      const { store, close } = await create();
      try {
        await body(store);
      } finally {
        await close();
      }
    });
  const put = (store: TriggerStore, trigger: Trigger, ...fires: Fire[]) =>
    store.change(trigger.sid, [], () => ({ trigger, fires, result: undefined }));

  keepsSecrets(`${name}: triggers`, async (seal) => {
    const { store, close } = await create(seal);
    return {
      close,
      add: (sid, secrets) => store.add(triggerOf(sid, { kind: 'webhook', secrets }), '{}'),
      touch: (sid) =>
        store.change(sid, [], (found) => ({ trigger: { ...found, name: `${found.name}.` }, result: undefined })),
      find: (sid) => store.find(sid),
    };
  });

  given(
    'keeps triggers with their inputs, lists them newest first, and forgets them with their firings',
    async (store) => {
      await store.add(triggerOf('a', { requestId: 'r' }), '{"x": 1.0}');
      await store.add(triggerOf('b', { workflowSid: 'w2', kind: 'once', enabled: false }), '');
      await store.add(triggerOf('c'), '');
      expect(await store.add(triggerOf('d', { requestId: 'r' }), '{}')).toMatchObject({ sid: 'a' });
      expect(await store.find('d')).toBeUndefined();
      expect(await store.findByRequest('r')).toMatchObject({ sid: 'a' });
      expect([await store.findByRequest('x'), await store.findByRequest('')]).toEqual([undefined, undefined]);
      expect(await store.inputData('a')).toBe('{"x": 1.0}');
      const list = async (more = {}) =>
        (await store.list({ workflowSid: '', beforeSid: '', limit: 9, ...more })).map(({ sid }) => sid);
      expect(await list()).toEqual(['c', 'b', 'a']);
      expect(await list({ beforeSid: 'c', limit: 1 })).toEqual(['b']);
      expect(await list({ workflowSid: 'w1' })).toEqual(['c', 'a']);
      expect(await list({ kind: 'once' })).toEqual(['b']);
      expect(await list({ enabled: true })).toEqual(['c', 'a']);
      await store.add(triggerOf('d', { namespace: 'team-a' }), '{}');
      expect(await list({ namespace: 'team-a' })).toEqual(['d']);
      expect(await list({ namespace: 'default' })).toEqual(['c', 'b', 'a']);
      await store.remove('d');
      const a = triggerOf('a');
      await put(store, a, fireOf(a, NOW));
      expect(await store.remove('a')).toBe(true);
      expect(await store.remove('a')).toBe(false);
      expect(await store.listFires('a', undefined, 9)).toEqual([]);
      await expect(put(store, a)).rejects.toMatchObject({ reason: 'TRIGGER_NOT_FOUND' });
    },
  );

  given('a slug names one webhook', async (store) => {
    const hook = (sid: string, slug: string) => triggerOf(sid, { kind: 'webhook', slug });
    await store.add(hook('a', 'orders'), '');
    await store.add(hook('b', ''), '');
    await store.add(hook('c', ''), '');
    const taken = { reason: 'INVALID_ARGUMENT', violations: [{ field: 'spec.slug' }] };
    await expect(store.add(hook('d', 'orders'), '')).rejects.toMatchObject(taken);
    await expect(put(store, hook('b', 'orders'))).rejects.toMatchObject(taken);
    expect(await store.findBySlug('orders')).toMatchObject({ sid: 'a' });
    expect(await store.findBySlug('')).toBeUndefined();
    await put(store, hook('a', 'sales'));
    await put(store, hook('b', 'orders'));
    expect(await store.findBySlug('orders')).toMatchObject({ sid: 'b' });
  });

  given('a decision sees what is open and what it asks for, and is written whole or not at all', async (store) => {
    const t = triggerOf('t');
    await store.add(t, '1');
    const waiting = [5, 3, 4].map((at) => fireOf(t, at));
    const live = [fireOf(t, 1, { state: 'started', playSid: 'p1' }), fireOf(t, 2, { state: 'starting', retryAt: 7 })];
    await put(store, t, ...waiting, ...live, fireOf(t, 0, { state: 'ended' }));
    const facts = await store.change('t', ['0', '9'], (found, seen) => {
      expect(found).toEqual(t);
      return { result: seen };
    });
    expect(facts.waiting.map(({ dueAt }) => dueAt)).toEqual([3, 4, 5]);
    expect(facts.live).toEqual(live);
    expect([...facts.known.values()]).toMatchObject([{ id: '0', state: 'ended' }]);
    const failing = store.change('t', [], () => {
      throw new HeroError('INTERNAL', 'no');
    });
    await expect(failing).rejects.toThrow('no');
    await store.change('t', [], (found) => ({
      trigger: { ...found, started: 1 },
      fires: [fireOf(t, 6)],
      fireInputs: { 6: '{"own": 1}' },
      inputData: '2',
      result: undefined,
    }));
    expect(await store.find('t')).toEqual({ ...t, started: 1 });
    expect([await store.inputData('t'), await store.fireInput('t', '6'), await store.fireInput('t', '5')]).toEqual([
      ...['2', '{"own": 1}', undefined],
    ]);
    await put(store, t, fireOf(t, 6, { state: 'starting', retryAt: 8 }));
    expect(await store.fireInput('t', '6')).toBe('{"own": 1}');
    expect(await store.countWaiting('t')).toBe(3);
    const pages = [await store.listFires('t', undefined, 4), await store.listFires('t', { dueAt: 3, id: '3' }, 4)];
    expect(pages.map((page) => page.map(({ dueAt }) => dueAt))).toEqual([
      [6, 5, 4, 3],
      [2, 1, 0],
    ]);
  });

  given('finds what is due, what is starting, what has a play and who waits', async (store) => {
    expect(await store.nextDue()).toBeUndefined();
    for (const [sid, dueAt] of [
      ['a', 20],
      ['b', 10],
      ['c', 30],
    ] as const) {
      await store.add(triggerOf(sid, { dueAt }), '');
    }
    await store.add(triggerOf('off', { enabled: false, dueAt: 1 }), '');
    expect(await store.nextDue()).toBe(10);
    expect(await store.listDue(20, 9)).toEqual(['b', 'a']);
    expect(await store.listDue(30, 1)).toEqual(['b']);
    const a = triggerOf('a', { dueAt: 40 });
    await put(
      store,
      a,
      fireOf(a, 5, { state: 'starting', retryAt: 6 }),
      fireOf(a, 4, { state: 'starting', retryAt: 9 }),
    );
    expect(await store.nextDue()).toBe(6);
    expect((await store.listStarting(8, 9)).map(({ id }) => id)).toEqual(['5']);
    const started = (t: Trigger, at: number) => fireOf(t, at, { state: 'started', playSid: `p${at}` });
    const b = triggerOf('b');
    await put(store, b, started(b, 7), started(b, 8), fireOf(b, 9));
    await put(store, a, started(a, 5), started(a, 4));
    const first = await store.listStarted(undefined, 3);
    expect(first.map(({ id }) => id)).toEqual(['4', '5', '7']);
    expect((await store.listStarted(first.at(-1), 3)).map(({ id }) => id)).toEqual(['8']);
    expect([await store.listWaiting('', 9), await store.listWaiting('b', 9)]).toEqual([['b'], []]);
    expect(await store.nextDue()).toBe(30);
  });

  given('keeps the last thousand settled firings, and all that are open', async (store) => {
    const t = triggerOf('t');
    await store.add(t, '');
    await put(store, t, fireOf(t, 0));
    for (let from = 1; from <= KEPT_FIRES + 200; from += 100) {
      const ended = Array.from({ length: 100 }, (_, i) => fireOf(t, from + i, { state: 'ended' }));
      await put(store, t, ...ended);
    }
    const kept = await store.listFires('t', undefined, 5000);
    expect(kept).toHaveLength(KEPT_FIRES + 1);
    expect(kept.at(-1)).toMatchObject({ dueAt: 0, state: 'waiting' });
    expect(kept.at(-2)).toMatchObject({ dueAt: 201 });
  });

  given('decisions that come together see each other', async (store) => {
    await store.add(triggerOf('t'), '');
    await Promise.all(
      Array.from({ length: 50 }, () =>
        store.change('t', [], (found) => ({ trigger: { ...found, started: found.started + 1 }, result: undefined })),
      ),
    );
    expect((await store.find('t'))?.started).toBe(50);
  });
}
