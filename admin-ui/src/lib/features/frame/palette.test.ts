// The palette offers pages by their words, and what has an id by its id, without asking a server.

import { expect, test, vi } from 'vitest';

vi.stubGlobal('location', { origin: 'http://localhost' });
vi.stubGlobal('document', { baseURI: 'http://localhost/' });
const { pageOffers } = await import('./palette.ts');

test('pages by any part of their word; an id offers the play and the flow of that id', () => {
  const pages = ['.', 'needs-answer', 'library', 'plays', 'errors', 'webhooks', 'system', 'access'];
  expect(pageOffers('').map((o) => o.href)).toEqual(pages);
  expect(pageOffers(' ANSWER ').map((o) => o.href)).toEqual(['needs-answer']);
  const sid = '01jd0000000000000000000000';
  expect(pageOffers(sid).map((o) => o.href)).toEqual([`plays/${sid}`, `workflows/${sid}`]);
  expect(pageOffers('01jd').map((o) => o.href)).toEqual([]);
});
