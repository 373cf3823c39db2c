// Contract of VectorStore, for every adapter: vectors come back bit by bit, unknown keys are left out, a key is replaced, what is not kept is gone.

import { describe, expect, it } from 'vitest';
import type { VectorStore } from './semantic.ts';

/** `create` gives a fresh, empty store. */
export function vectorStoreConformance(name: string, create: () => Promise<VectorStore>): void {
  describe(`VectorStore: ${name}`, () => {
    it('keeps, replaces and removes', async () => {
      const store = await create();
      // A view into a larger buffer, as slices are.
      const a = new Float32Array([9, 0.1, -1e-30, 3]).subarray(1);
      const b = new Float32Array([1, 2]);
      await store.put(
        new Map([
          ['a', a],
          ['b', b],
        ]),
      );
      expect(await store.get(['a', 'b', 'x'])).toEqual(
        new Map([
          ['a', new Float32Array(a)],
          ['b', b],
        ]),
      );
      await store.put(new Map([['b', new Float32Array([7])]]));
      expect((await store.get(['b'])).get('b')).toEqual(new Float32Array([7]));
      await store.keepOnly(['b', 'x']);
      expect([...(await store.get(['a', 'b'])).keys()]).toEqual(['b']);
      await store.keepOnly([]);
      expect((await store.get(['a', 'b'])).size).toBe(0);
    });
  });
}
