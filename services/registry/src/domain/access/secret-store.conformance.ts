// Contract of SecretStore, for every adapter: one secret per namespace and name; a change is made of the secret as it then stands, also among
// concurrent writers, and a refused one leaves it; lists go by namespace and name and never into another namespace.

import { beforeEach, describe, expect, it } from 'vitest';
import type { SecretPlace, SecretStore } from './ports.ts';
import type { Secret } from './secret.ts';

function aSecret({ namespace, name }: SecretPlace, sealed = 's'): Secret {
  return { namespace, name, workflows: ['*'], sealed, createdAt: 1, updatedAt: 1, updatedBy: '' };
}

/** `create` gives a fresh, empty store. */
export function secretStoreConformance(name: string, create: () => Promise<SecretStore>): void {
  describe(`SecretStore: ${name}`, () => {
    let store: SecretStore;
    beforeEach(async () => {
      store = await create();
    });
    const put = (namespace: string, name: string, sealed?: string) =>
      store.change({ namespace, name }, () => aSecret({ namespace, name }, sealed));

    it('keeps one secret per namespace and name', async () => {
      const place = { namespace: 'a', name: 'x' };
      expect(await store.get(place)).toBeUndefined();
      const add = (mark: string) => store.change(place, (present) => aSecret(place, (present?.sealed ?? '') + mark));
      await Promise.all(['1', '2', '3', '4'].map(add));
      expect((await store.get(place))?.sealed).toHaveLength(4);
      await put('b', 'x', 'other');
      expect((await store.get(place))?.sealed).toHaveLength(4);
      const refuse = () => {
        throw new Error('no');
      };
      await expect(store.change(place, refuse)).rejects.toThrow('no');
      expect(await store.change({ namespace: 'a', name: 'gone' }, (present) => present)).toBeUndefined();
      expect(await store.get({ namespace: 'a', name: 'gone' })).toBeUndefined();
      expect((await store.get(place))?.sealed).toHaveLength(4);
      expect(await store.remove(place)).toBe(true);
      expect(await store.remove(place)).toBe(false);
      expect((await store.get({ namespace: 'b', name: 'x' }))?.sealed).toBe('other');
    });

    it('lists by namespace and name', async () => {
      for (const [namespace, name] of ['b z', 'a y', 'a b', 'a-b q', 'ab c', 'a A'].map((t) => t.split(' '))) {
        await put(namespace as string, name as string);
      }
      const listed = async (namespace?: string, after?: SecretPlace, limit = 10) =>
        (await store.list(namespace, after, limit)).map((secret) => `${secret.namespace} ${secret.name}`);
      expect(await listed('a')).toEqual(['a A', 'a b', 'a y']);
      expect(await listed('a', { namespace: 'a', name: 'A' }, 1)).toEqual(['a b']);
      expect(await listed('none')).toEqual([]);
      const all = await listed();
      expect([...all].sort()).toEqual(['a A', 'a b', 'a y', 'a-b q', 'ab c', 'b z']);
      const [namespace, name] = (all[2] as string).split(' ') as [string, string];
      expect(await listed(undefined, { namespace, name })).toEqual(all.slice(3));
    });
  });
}
