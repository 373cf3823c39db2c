// Contract: every word must be found; the name outranks tags, description, fields and steps, a whole word outranks its beginning and its
// inside; equal scores are in the order of the names; an empty query gives everything by name; `matched` says where what was found.

import { expect, it } from 'vitest';
import { fold, queryWords, type SearchEntry, searchLibrary } from './search.ts';

function entry(name: string, texts: Partial<SearchEntry['texts']> = {}): SearchEntry {
  return {
    workflowSid: `sid-${name}`,
    name,
    texts: { tag: '', description: '', field: '', step: '', ...texts, name: fold(name) },
  };
}

const names = (entries: SearchEntry[], query: string, limit = 10) =>
  searchLibrary(entries, query, limit).map((hit) => hit.name);

it('orders by field, then by how the word is held, then by name', () => {
  const entries = [
    entry('e', { step: 'invoice' }),
    entry('d', { field: 'invoice' }),
    entry('c', { description: 'an invoice' }),
    entry('b', { tag: 'invoice' }),
    entry('prepaid_invoices'),
    entry('reinvoice'),
    entry('send invoice'),
    entry('invoice'),
    entry('a', { tag: 'invoice' }),
    entry('z'),
  ];
  expect(names(entries, 'Invoice')).toEqual([
    'invoice',
    'send invoice',
    'prepaid_invoices',
    'a',
    'b',
    'c',
    'reinvoice',
    'd',
    'e',
  ]);
  expect(names(entries, 'invoice', 2)).toEqual(['invoice', 'send invoice']);
});

it('wants every word somewhere and says where each was found', () => {
  const entries = [entry('mail_report', { description: 'sends mail' }), entry('report')];
  expect(searchLibrary(entries, 'mail report', 10)).toEqual([
    {
      workflowSid: 'sid-mail_report',
      name: 'mail_report',
      score: expect.any(Number),
      matched: ['name: mail', 'name: report', 'description: mail'],
    },
  ]);
  expect(names(entries, 'mail nothing')).toEqual([]);
  expect(names(entries, '  ')).toEqual(['mail_report', 'report']);
});

it('folds case and compatibility forms', () => {
  expect(names([entry('Größe Straße'), entry('ＦＵＬＬ')], 'GRÖSSE')).toEqual([]);
  expect(names([entry('Größe Straße'), entry('ＦＵＬＬ')], 'GRÖßE straße')).toEqual(['Größe Straße']);
  expect(names([entry('Größe Straße'), entry('ＦＵＬＬ')], 'full')).toEqual(['ＦＵＬＬ']);
  expect(queryWords(' A a\tb ')).toEqual(['a', 'b']);
});
