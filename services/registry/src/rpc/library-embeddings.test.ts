// Contract: with an endpoint for embeddings flows are found by what they mean, too, and the reason says so; what was embedded is asked for once,
// also over a restart; whatever the endpoint does, a search answers by words alone, and the endpoint is left in peace for a while. When
// its vectors have another length than before, those that are kept are of no use: all flows are embedded anew, and the log says so once.

import { readFileSync } from 'node:fs';
import { createLog, createVault } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestRegistry, type TestRegistry } from '../testing/build-for-test.ts';
import { type EmbeddingsServer, startEmbeddingsServer } from '../testing/embeddings-server.ts';

let server: EmbeddingsServer;
let registry: TestRegistry;
const dir = createTempDir();
let file = 0;
const open = () =>
  createTestRegistry(
    `${dir.path}/${file}.sqlite`,
    { url: server.url, key: 'secret', model: 'concepts' },
    createVault([]),
    createLog({ level: 'warn', file: `${dir.path}/${file}.log` }),
  );
const logged = (what: string) =>
  readFileSync(`${dir.path}/${file}.log`, 'utf8')
    .split('\n')
    .filter((line) => line.includes(what));
beforeEach(async () => {
  server = await startEmbeddingsServer();
  file += 1;
  registry = open();
});
afterEach(async () => {
  await registry.close();
  await server.close();
});

const search = async (query: string) =>
  (await registry.library.searchLibrary({ query, limit: 10, detail: true })).hits.map(({ name, matched }) => ({
    name,
    matched,
  }));
const names = async (query: string) => (await search(query)).map((hit) => hit.name);

async function fill(): Promise<void> {
  for (const [name, description] of [
    ['invoice_maker', 'Writes an invoice'],
    ['time_off', 'Asks for a vacation'],
    ['tracker', 'Follows a shipment'],
    ['charger', 'Fills a battery'],
  ] as const) {
    await registry.workflows.createWorkflow({ name, description });
  }
}

/** Until every flow has its vector. */
async function embedded(count = 4): Promise<void> {
  registry.startLoops();
  await expect.poll(() => server.asked.flatMap(({ texts }) => texts).length).toBeGreaterThanOrEqual(count);
  await expect
    .poll(async () => (await search('vacation')).some(({ matched }) => matched.some((m) => m.startsWith('meaning'))))
    .toBe(true);
}

it('finds by meaning, and words and meaning together first', async () => {
  await fill();
  expect(await names('bill')).toEqual([]);
  await embedded();
  expect((await search('holiday'))[0]).toEqual({ name: 'time_off', matched: ['meaning: 1.00'] });
  const [first, second] = await search('charge');
  expect(first).toEqual({ name: 'charger', matched: ['name: charger (for "charge")', 'meaning: 1.00'] });
  expect(second).toEqual({ name: 'invoice_maker', matched: ['meaning: 1.00'] });
  expect(await names('')).toEqual(['charger', 'invoice_maker', 'time_off', 'tracker']);
  expect(server.asked[0]).toMatchObject({ key: 'Bearer secret', model: 'concepts' });
  expect(server.asked[0]?.texts[0]).toContain('invoice maker');
});

it('asks once for a text, also over a restart, and again for one that changed', async () => {
  await fill();
  await embedded();
  await names('package');
  await names('package');
  const flows = () => server.asked.filter(({ texts }) => texts[0] !== 'vacation' && texts[0] !== 'package');
  expect(server.asked.filter(({ texts }) => texts[0] === 'package')).toHaveLength(1);
  expect(flows()).toHaveLength(1);
  await registry.close();
  registry = open();
  await embedded(0);
  expect(await names('package')).toContain('tracker');
  expect(flows(), 'from the store').toHaveLength(1);
  const workflow = await registry.workflows.getWorkflow({ workflow: { case: 'name', value: 'tracker' } });
  await registry.workflows.updateWorkflow({ workflowSid: workflow.sid, description: 'Plans a holiday' });
  await registry.clock.advance(5000);
  await expect.poll(() => flows().length).toBe(2);
  expect(flows()[1]?.texts).toEqual([expect.stringContaining('Plans a holiday')]);
  await expect.poll(async () => (await names('leave')).slice(0, 2)).toEqual(['time_off', 'tracker']);
});

/** The loop comes round again, however often it has to. */
const later = (read: () => Promise<unknown>) =>
  expect.poll(async () => {
    await registry.clock.advance(5000);
    return read();
  });

it('asks anew for all flows when the vectors have another length, also for those from the store', async () => {
  await fill();
  await embedded();
  const flows = () => server.asked.filter(({ texts }) => texts.some((text) => text.includes(' ')));
  expect(flows()).toHaveLength(1);
  server.more = 2;
  expect(await names('package'), 'by words alone').toEqual([]);
  expect(await names('invoices')).toEqual(['invoice_maker']);
  await later(async () => (await names('package'))[0]).toBe('tracker');
  expect(flows().map(({ texts }) => texts.length)).toEqual([4, 4]);
  expect(logged('another length')).toEqual([expect.stringContaining('"flows":4,"before":4,"now":6')]);

  await registry.close();
  server.more = 0;
  registry = open();
  await registry.workflows.createWorkflow({ name: 'away', description: 'Books a holiday' });
  registry.startLoops();
  await expect.poll(() => flows().length, { message: 'the one that is new' }).toBe(3);
  expect(await names('invoices')).toContain('invoice_maker');
  await later(async () => (await names('leave')).slice(0, 2).sort()).toEqual(['away', 'time_off']);
  expect(flows().map(({ texts }) => texts.length)).toEqual([4, 4, 1, 4]);
  expect(logged('another length')).toHaveLength(2);
});

describe('goes by words alone', () => {
  const failures: Record<string, EmbeddingsServer['instead']> = {
    'when it refuses': (reply) => reply.writeHead(401).end('{"error": {"message": "no"}}'),
    'when it is busy': (reply) => reply.writeHead(429, { 'retry-after': '1' }).end(),
    'when it breaks': (reply) => reply.destroy(),
    'when it answers with no JSON': (reply) => reply.end('<html>'),
    'when it answers with another shape': (reply) => reply.end('{"data": {}}'),
    'when an embedding is missing': (reply) => reply.end('{"data": []}'),
    'when an embedding is none': (reply) => reply.end('{"data": [{"index": 0, "embedding": ["a"]}]}'),
    'when the place is none': (reply) => reply.end('{"data": [{"index": 7, "embedding": [1]}]}'),
    'when it sends elsewhere': (reply) => reply.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    'when it does not answer': () => undefined,
  };
  it.each(Object.entries(failures))('%s', async (_, instead) => {
    await fill();
    await embedded();
    server.instead = instead;
    expect(await names('invoices')).toEqual(['invoice_maker']);
    const before = server.asked.length;
    expect(await names('invoice maker')).toEqual(['invoice_maker']);
    expect(server.asked.length, 'left in peace').toBe(before);
    server.instead = undefined;
    await registry.clock.advance(30_000);
    expect((await search('package'))[0]?.matched).toEqual(['meaning: 1.00']);
  });

  it('when it never was there', async () => {
    await server.close();
    await fill();
    registry.startLoops();
    expect(await names('invoice')).toEqual(['invoice_maker']);
  });
});
