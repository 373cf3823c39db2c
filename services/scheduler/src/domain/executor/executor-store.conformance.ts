// What every ExecutorStore does: it keeps the last report of each executor, lists them by id, and lets go of those that left or fell silent.

import { expect, test } from 'vitest';
import type { ExecutorStore, SeenExecutor } from './executor-store.ts';

export function executorStoreConformance(
  name: string,
  create: () => Promise<{ readonly store: ExecutorStore; close(): Promise<void> }>,
): void {
  const seen = (executorId: string, seenAt: number, running = 0): SeenExecutor => ({
    seenAt,
    state: {
      ...{ executorId, tier: 'A+', missing: ['a layer: why'], slots: 4, freeSlots: 4 - running, running },
      ...{ hotSpares: 8, sandboxFailures: 0, draining: false },
      process: { needs: [{ name: 'store', problem: 'is away', answerMs: 2 }], busyShare: 0.25 },
    },
  });

  test(`${name}: keeps the last report of each executor`, async () => {
    const { store, close } = await create();
    expect(await store.list(9)).toEqual([]);
    for (const one of [seen('b', 10), seen('a', 20), seen('b', 30, 2), seen('c', 40)]) await store.put(one);
    expect(await store.list(9)).toEqual([seen('a', 20), seen('b', 30, 2), seen('c', 40)]);
    expect(await store.list(1)).toEqual([seen('a', 20)]);
    await store.remove('c');
    await store.remove('nobody');
    await store.forget(30);
    expect(await store.list(9)).toEqual([seen('b', 30, 2)]);
    await close();
  });
}
