// Contract: more and weightier words of the query come first, the name above the description above the source; the name itself is first of all;
// word forms, beginnings, parts and slips of the keyboard are understood, the exact word before them; equal scores are in the order of the
// names; each hit says which field holds which word, and where; the same library gives the same answers, however it came to be.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fold, queryWords, type SearchEntry } from '../search.ts';
import { createLibraryIndex } from './library-index.ts';

const EMPTY = { name: '', tag: '', description: '', field: '', doc: '', step: '' };

function entry(name: string, texts: Partial<SearchEntry['texts']> = {}): SearchEntry {
  return { workflowSid: `sid-${name}`, name, texts: { ...EMPTY, ...texts, name } };
}

function indexOf(entries: readonly SearchEntry[], index = createLibraryIndex()) {
  for (const _ of index.follow(entries));
  return index;
}

const names = (entries: readonly SearchEntry[], query: string, most = 10) =>
  indexOf(entries)
    .find(query, most)
    .ranked.map((hit) => hit.entry.name);

/** So that no word is in most of the library. */
const OTHERS = Array.from({ length: 20 }, (_, i) => entry(`other${i}`, { description: 'something else' }));

it('orders by field, and puts the name itself first', () => {
  const entries = [
    entry('e', { step: 'invoice' }),
    entry('d', { field: 'invoice' }),
    entry('c', { description: 'invoice' }),
    entry('b', { tag: 'invoice' }),
    entry('invoice_for_a_customer'),
    entry('invoice'),
    entry('a', { tag: 'invoice' }),
    ...OTHERS,
  ];
  const order = ['invoice', 'invoice_for_a_customer', 'a', 'b', 'c', 'd', 'e'];
  expect(names(entries, 'Invoice')).toEqual(order);
  expect(names(entries, 'invoices', 2)).toEqual(order.slice(0, 2));
});

it('understands forms, beginnings, parts and misspellings, the exact word before them', () => {
  const entries = [
    entry('summarise_text'),
    entry('reinvoice'),
    entry('invoice_mailer'),
    entry('sendMail'),
    entry('Größe ändern'),
    entry('請求書を送る'),
    ...OTHERS,
  ];
  expect(names(entries, 'summarizing')).toEqual(['summarise_text']);
  expect(names(entries, 'invo')).toEqual(['invoice_mailer', 'reinvoice']);
  expect(names(entries, 'invoice')).toEqual(['invoice_mailer', 'reinvoice']);
  expect(names(entries, 'invioce')).toEqual(['invoice_mailer']);
  expect(names(entries, 'summrise')).toEqual(['summarise_text']);
  expect(names(entries, 'send mail')).toEqual(['sendMail', 'invoice_mailer']);
  expect(names(entries, 'GROSSE aendern'), 'accents do not count').toEqual(['Größe ändern']);
  expect(names(entries, '請求')).toEqual(['請求書を送る']);
  expect(names(entries, 'xyz')).toEqual([]);
  expect(names(entries, '?!')).toEqual([]);
  expect(names(entries, ' ', 2)).toEqual(['Größe ändern', 'invoice_mailer']);
});

it('counts more for more of the query, and rare words more than common ones', () => {
  const entries = [
    entry('one', { description: 'send the report' }),
    entry('two', { description: 'send the report to the auditor' }),
    entry('three', { description: 'auditor' }),
    ...Array.from({ length: 9 }, (_, i) => entry(`r${i}`, { description: 'report' })),
    ...OTHERS,
  ];
  expect(names(entries, 'report auditor').slice(0, 2)).toEqual(['two', 'three']);
  expect(names(entries, 'report for nobody at all')).toHaveLength(10);
});

it('says which field holds which word, and where', () => {
  const mail = entry('mail_report', {
    description: `${'word '.repeat(60)}sends the <b>Reports</b> ${'more '.repeat(60)}`,
    step: 'first\nreporter of mails\nlast',
  });
  const { ranked, explain } = indexOf([mail, ...OTHERS]).find('report maill', 1);
  expect(ranked.map((hit) => hit.entry)).toEqual([mail]);
  const { matched, highlights } = explain(mail);
  expect(matched).toEqual([
    'name: report',
    'name: mail (for "maill")',
    'description: report',
    'step: report',
    'step: mail (for "maill")',
  ]);
  expect(highlights.map((h) => h.field)).toEqual(['name', 'description', 'step']);
  expect(highlights[0]?.parts).toEqual([
    { text: 'mail', hit: true },
    { text: '_', hit: false },
    { text: 'report', hit: true },
  ]);
  const piece = highlights[1]?.parts.map((part) => part.text).join('') ?? '';
  expect(piece).toContain('sends the <b>Reports</b>');
  expect(piece.length).toBeLessThanOrEqual(200);
  expect(highlights[1]?.parts.filter((part) => part.hit)).toEqual([{ text: 'Reports', hit: true }]);
  expect(highlights[2]?.parts.map((part) => part.text).join('')).toBe('reporter of mails');
});

it('gives the same answers however the library came to be', () => {
  const word = fc.constantFrom('send', 'sends', 'invoice', 'invioce', 'mail', 'Größe', 'report', 'x');
  const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
  const flow = fc.record({ sid: fc.integer({ min: 0, max: 9 }), name: text, description: text, step: text });
  const asEntry = (f: { sid: number; name: string; description: string; step: string }): SearchEntry => ({
    workflowSid: `s${f.sid}`,
    name: f.name,
    texts: { ...EMPTY, name: f.name, description: f.description, step: f.step },
  });
  const states = fc.array(fc.uniqueArray(flow, { selector: (f) => f.sid, maxLength: 8 }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(states, text, (history, query) => {
      const index = createLibraryIndex();
      let last: SearchEntry[] = [];
      for (const state of history) {
        last = state.map(asEntry);
        indexOf(last, index);
      }
      const answer = (from: typeof index) => {
        const { ranked, explain } = from.find(query, 10);
        return ranked.map((hit) => [hit, explain(hit.entry)]);
      };
      expect(index.size).toBe(last.length);
      expect(answer(index)).toEqual(answer(indexOf(last.toReversed())));
    }),
    { numRuns: 200 },
  );
});

it('folds words for the plain filter of lists', () => {
  expect(queryWords(' A a\tb ')).toEqual(['a', 'b']);
  expect(fold('ＦＵＬＬ')).toBe('full');
});
