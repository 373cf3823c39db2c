// Contract: what was appended is durable at once and read at once; a crash before it was moved loses nothing and doubles nothing;
// a move that fails is made good; what is large goes straight to its tables, after what came before it.

import { join } from 'node:path';
import { createGroupCommit, type Database, type GroupCommit, openDatabase } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlayBatch, Stores } from '../domain/ports.ts';
import type { Span, SpanStatus } from '../domain/span.ts';
import type { SpanRecord } from '../domain/span-tree.ts';
import { createSqliteStores } from './stores.sqlite.ts';

const folder = createTempDir();
let files = 0;
let file: string;
let db: Database;
let commit: GroupCommit;
let stores: Stores;

beforeEach(() => {
  file = join(folder.path, `${++files}.sqlite`);
  db = openDatabase(file);
  commit = createGroupCommit(db);
  stores = createSqliteStores({ db, commit });
});
afterEach(() => db.close());

function span(
  spanId: string,
  seq: number,
  more: { status?: SpanStatus; input?: string; output?: string } = {},
): SpanRecord {
  const { status = 'running', ...texts } = more;
  return { span: { spanId, parentId: '', status, tags: {} } as unknown as Span, order: Number(spanId), seq, ...texts };
}
const step = (stepKey: string, output: string) => ({
  ...{ stepKey, spanId: '1', name: 's', output, within: '' },
  ...{ versionSid: 'v', spansBefore: 1, optional: false },
});
const write = (batch: Partial<PlayBatch>) =>
  stores.writeBatch(() => ({ playSid: 'p', spans: [], steps: [], logs: [], ...batch }));
const rows = (of: Database) => of.get<{ n: number }>('SELECT count(*) AS n FROM play_journal')?.n;
const outputs = async (of: Stores) => (await of.steps.page('p', 0, 100)).steps.map((s) => [s.stepKey, s.output]);

describe('the journal', () => {
  it('is moved for whoever reads, and merges what happened to a span', async () => {
    await write({ spans: [span('1', 1, { input: '1' })] });
    await write({ spans: [span('1', 2, { status: 'failed' }), span('2', 3)], steps: [step('a', '1')] });
    await write({ steps: [step('a', '2')], logs: [{ seq: 1, spanId: '1', atMs: 1, stream: 'log', text: 'x' }] });
    expect(rows(db)).toBe(3);
    const [first] = await stores.spans.list('p', { afterSeq: 0, limit: 9 });
    expect(first).toMatchObject({ seq: 2, input: '1', span: { status: 'failed' } });
    expect(rows(db)).toBe(0);
    expect(await outputs(stores)).toEqual([['a', '1']]);
    expect((await stores.spans.logSummary('p')).seq).toBe(1);
    expect(await stores.spans.listAttention('p', 0, 9)).toHaveLength(1);
  });

  it('is moved when the store is opened after a crash, once', async () => {
    await write({ spans: [span('1', 1, { input: '"é"' })], steps: [step('a', '1.0')] });
    await write({ spans: [span('1', 2, { status: 'ok', output: '2' })], steps: [step('b', '[1, 2]')] });
    const other = openDatabase(file);
    const again = createSqliteStores({ db: other, commit: createGroupCommit(other) });
    expect(rows(other)).toBe(0);
    expect(await outputs(again)).toEqual([
      ['a', '1.0'],
      ['b', '[1, 2]'],
    ]);
    expect(await again.spans.list('p', { afterSeq: 0, limit: 9 })).toMatchObject([
      { seq: 2, input: '"é"', output: '2', span: { status: 'ok' } },
    ]);
    other.close();
  });

  it('keeps what could not be moved', async () => {
    await write({ steps: [step('a', '1')] });
    db.exec("CREATE TRIGGER full BEFORE INSERT ON step_outputs BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
    await expect(stores.steps.page('p', 0, 9)).rejects.toThrow('the disk is full');
    await write({ steps: [step('b', '2')] });
    db.exec('DROP TRIGGER full');
    expect(await outputs(stores)).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(rows(db)).toBe(0);
  });

  it('lets a large batch pass, after what came before it', async () => {
    await write({ spans: [span('1', 1)], steps: [step('a', '1')] });
    await write({
      spans: [span('1', 2, { output: '3' })],
      steps: [step('b', `"${'x'.repeat(100_000)}"`), step('a', '2')],
    });
    expect(rows(db)).toBe(0);
    await write({ spans: [span('1', 3, { status: 'ok' })] });
    expect(await outputs(stores)).toMatchObject([
      ['a', '1'],
      ['b', expect.any(String)],
    ]);
    expect(await stores.spans.list('p', { afterSeq: 0, limit: 9 })).toMatchObject([{ seq: 3, output: '3' }]);
  });

  it('is emptied by itself', async () => {
    await write({ spans: [span('1', 1)] });
    await stores.writeBatch(() => ({ playSid: 'q', spans: [span('1', 1)], steps: [], logs: [] }));
    await expect.poll(() => rows(db)).toBe(0);
    expect(await stores.spans.summary('q')).toEqual({ count: 1, seq: 1 });
  });
});
