// Contract: the library finds workflows by name, tags, description, fields, docstrings and steps of their current version, as they are now;
// archived ones are left out; with `detail` each hit says what it is, why it was found and where.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestRegistry, flowSource, type TestRegistry } from '../testing/build-for-test.ts';

let registry: TestRegistry;
beforeEach(() => {
  registry = createTestRegistry();
});
afterEach(() => registry.close());

it('follows creations, versions, changes and archiving', async () => {
  const { workflows, library } = registry;
  const search = async (query: string, limit = 0) => (await library.searchLibrary({ query, limit })).workflowSids;
  const bill = await workflows.createWorkflow({
    name: 'bill',
    description: 'Makes an invoice',
    tags: ['money'],
    pythonSource: flowSource('bill', '"""Adds up the positions."""', 'customer: str'),
  });
  const invoice = await workflows.createWorkflow({ name: 'invoice' });
  expect(await search('Invoice')).toEqual([invoice.sid, bill.sid]);
  expect(await search('invoice', 1)).toEqual([invoice.sid]);
  expect(await search('')).toEqual([bill.sid, invoice.sid]);
  expect(await search('custom')).toEqual([bill.sid]);
  expect(await search('money positions')).toEqual([bill.sid]);
  expect(await search('money nothing')).toEqual([bill.sid]);
  expect(await search('nothing')).toEqual([]);
  const { workflowSids, hits } = await library.searchLibrary({ query: 'money customer', detail: true });
  expect(workflowSids).toEqual([]);
  expect(hits).toHaveLength(1);
  expect(hits[0]).toMatchObject({ workflowSid: bill.sid, name: 'bill', description: 'Makes an invoice' });
  expect(hits[0]?.inputs.map((f) => f.name)).toEqual(['customer']);
  expect(hits[0]?.matched).toEqual(['tag: money', 'field: customer']);
  expect(hits[0]?.highlights).toMatchObject([
    { field: 'tag', parts: [{ text: 'money', hit: true }] },
    { field: 'field', parts: [{ text: 'customer', hit: true }] },
  ]);
  expect(hits[0]?.score).toBeGreaterThan(0);
  const next = flowSource('bill', 'return 2', 'client: str');
  await workflows.createVersion({ workflowSid: bill.sid, pythonSource: next });
  expect([await search('customer'), await search('client')]).toEqual([[bill.sid], []]);
  await workflows.createVersion({ workflowSid: bill.sid, pythonSource: next, setCurrent: true });
  expect([await search('customer'), await search('client')]).toEqual([[], [bill.sid]]);
  await workflows.updateWorkflow({ workflowSid: bill.sid, archived: true });
  expect(await search('')).toEqual([invoice.sid]);
  await workflows.updateWorkflow({ workflowSid: bill.sid, archived: false });
  expect(await search('client')).toEqual([bill.sid]);
});
