// Contract: a search sees every flow that there is when it is called, also while the index is still being filled, and follows what changes; filling
// lets others run in between and ends at a stop.

import { expect, it } from 'vitest';
import type { SearchEntry } from '../search.ts';
import { createLibrarySearch } from './library-search.ts';

const entry = (i: number, description = 'sends invoices'): SearchEntry => {
  const name = `flow ${i}`;
  return {
    workflowSid: `s${i}`,
    name,
    texts: { name, description, tag: '', field: '', doc: 'word '.repeat(500), step: `step_${i}` },
  };
};

it('waits for the index, and follows changes', async () => {
  let entries = Array.from({ length: 2000 }, (_, i) => entry(i));
  const library = createLibrarySearch({ searchable: async () => entries }, undefined);
  const filling = library.prepare(new AbortController().signal);
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 0);
  const found = await library.search('invoice', 3000, false);
  clearInterval(counting);
  await filling;
  expect(found).toHaveLength(2000);
  expect(turns, 'others ran in between').toBeGreaterThan(0);
  entries = [...entries.slice(2), entry(1, 'books a zeppelin')];
  expect((await library.search('zeppelin', 5, false)).map((hit) => hit.workflowSid)).toEqual(['s1']);
  expect(await library.search('invoice', 3000, false)).toHaveLength(1998);
});

it('stops filling when it is told, and a search goes on with it', async () => {
  const entries = Array.from({ length: 2000 }, (_, i) => entry(i));
  const library = createLibrarySearch({ searchable: async () => entries }, undefined);
  await library.prepare(AbortSignal.abort());
  expect(await library.search('invoices', 3000, false)).toHaveLength(2000);
});
