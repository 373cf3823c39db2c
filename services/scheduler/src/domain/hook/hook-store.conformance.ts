// What every HookStore does: deliveries are numbered within their trigger and bounded, links are found by their hash until they are over.

import { expect, test } from 'vitest';
import { type Delivery, type HookStore, KEPT_DELIVERIES } from './hook-store.ts';

export interface HookStoreUnderTest {
  readonly store: HookStore;
  close(): Promise<void>;
}

const deliveryOf = (triggerSid: string, webhookId: string, more: Partial<Delivery> = {}): Delivery => ({
  ...{ triggerSid, at: 5, webhookId, result: 'accepted', reason: '', message: '', playSid: '', bodyBytes: 3 },
  ...more,
});

export function hookStoreConformance(name: string, create: () => Promise<HookStoreUnderTest>): void {
  test(`${name}: deliveries are listed newest first, by trigger, and the last thousand are kept`, async () => {
    const { store, close } = await create();
    await store.addDelivery(deliveryOf('a', 'one'));
    await store.addDelivery(deliveryOf('b', 'other'));
    await Promise.all(
      Array.from({ length: KEPT_DELIVERIES }, (_, i) =>
        store.addDelivery(deliveryOf('a', `${i}`, { result: 'refused', reason: 'HOOK_UNSIGNED', message: 'no' })),
      ),
    );
    const all = await store.listDeliveries('a', undefined, 5000);
    expect(all).toHaveLength(KEPT_DELIVERIES);
    expect(all[0]).toEqual({
      ...deliveryOf('a', `${KEPT_DELIVERIES - 1}`, { result: 'refused', reason: 'HOOK_UNSIGNED', message: 'no' }),
      seq: KEPT_DELIVERIES + 1,
    });
    expect((await store.listDeliveries('a', 3, 10)).map(({ seq }) => seq)).toEqual([2]);
    expect(await store.listDeliveries('b', undefined, 10)).toMatchObject([{ seq: 1, webhookId: 'other' }]);
    await store.removeDeliveries('a');
    expect(await store.listDeliveries('a', undefined, 10)).toEqual([]);
    expect(await store.listDeliveries('b', undefined, 10)).toHaveLength(1);
    await close();
  });

  test(`${name}: links are found by their hash, and forgotten some time after they are over`, async () => {
    const { store, close } = await create();
    const link = (tokenHash: string, expiresAt: number) => ({ tokenHash, playSid: 'p', resumeId: 'q', expiresAt });
    await store.addLink(link('h1', 10), 0);
    await store.addLink(link('h2', 20), 0);
    expect(await store.findLink('h1')).toEqual(link('h1', 10));
    expect(await store.findLink('h3')).toBeUndefined();
    await store.addLink(link('h3', 30), 15);
    expect([await store.findLink('h1'), await store.findLink('h2')]).toEqual([undefined, link('h2', 20)]);
    await close();
  });
}
