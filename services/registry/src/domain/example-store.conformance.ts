// Contract of ExampleStore, for every adapter: one example per workflow and name, also among concurrent writers; replacing keeps sid and
// creation time; equal content changes nothing; no example without its workflow; lists are by name in code point order.

import { beforeEach, describe, expect, it } from 'vitest';
import type { ExampleContent } from './example.ts';
import type { ExampleStore } from './ports.ts';
import { aWorkflow, type RegistryStores } from './workflow-store.conformance.ts';

function content(name: string, more: Partial<ExampleContent> = {}): ExampleContent {
  const empty = { description: '', workflowVersionSid: '', inputValues: [], resumes: [], expectedOutput: '', tags: [] };
  return { ...empty, name, ...more };
}

/** `create` gives fresh, empty stores. */
export function exampleStoreConformance(name: string, create: () => Promise<RegistryStores>): void {
  describe(`ExampleStore: ${name}`, () => {
    let examples: ExampleStore;
    beforeEach(async () => {
      const stores = await create();
      examples = stores.examples;
      await stores.workflows.create(aWorkflow('w'), undefined);
    });

    it('creates and replaces by workflow and name', async () => {
      const values = [['n', '9007199254740993.0']] as const;
      const first = await examples.upsert('w', content('e', { inputValues: values }), 's1', 1);
      expect(first).toMatchObject({ sid: 's1', workflowSid: 'w', inputValues: values, createdAt: 1, updatedAt: 1 });
      const second = await examples.upsert('w', content('e', { tags: ['t'] }), 's2', 2);
      expect(second).toMatchObject({ sid: 's1', inputValues: [], tags: ['t'], createdAt: 1, updatedAt: 2 });
      expect(await examples.upsert('w', content('e', { tags: ['t'] }), 's3', 3)).toEqual(second);
      expect(await examples.get('s1')).toEqual(second);
      expect(await examples.getByName('w', 'e')).toEqual(second);
      expect(await examples.upsert('nope', content('e'), 's4', 4)).toBeUndefined();
    });

    it('makes one of concurrent upserts', async () => {
      const racing = ['s1', 's2', 's3'].map((sid) => examples.upsert('w', content('e'), sid, 1));
      expect(new Set((await Promise.all(racing)).map((e) => e?.sid)).size).toBe(1);
      expect(await examples.list('w', '', 10)).toHaveLength(1);
    });

    it('lists by name and removes', async () => {
      for (const [i, name] of ['b', 'a', 'B', 'c'].entries()) await examples.upsert('w', content(name), `s${i}`, 1);
      const list = async (after: string, limit: number) =>
        (await examples.list('w', after, limit)).map((e) => e.name).join('');
      expect(await list('', 10)).toBe('Babc');
      expect(await list('a', 1)).toBe('b');
      expect(await examples.remove('s0')).toBe(true);
      expect(await examples.remove('s0')).toBe(false);
      expect(await list('', 10)).toBe('Bac');
    });
  });
}
