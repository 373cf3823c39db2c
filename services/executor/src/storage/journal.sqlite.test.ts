// Contract: what was appended is durable at once and read at once; a crash before it was moved loses nothing and doubles nothing;
// a move that fails is made good; a full disk is said, and passes; what is large goes straight to its tables, after what came before it; whatever a failed commit
// has written all the same is found, in its place, and harms nothing else.

import { join } from 'node:path';
import { createGroupCommit, type Database, type GroupCommit, openDatabase } from '@hero-logic/platform';
import { type CommitFault, createFaultyDatabase, createTempDir } from '@hero-logic/platform/testing';
import fc from 'fast-check';
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
/** Of the next commit. */
let fault: CommitFault | undefined;

function nextFault(): CommitFault | undefined {
  const next = fault;
  fault = undefined;
  return next;
}

beforeEach(() => {
  file = join(folder.path, `${++files}.sqlite`);
  db = createFaultyDatabase(openDatabase(file), nextFault);
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
const outputs = async (of: Stores, playSid = 'p') =>
  (await of.steps.page(playSid, 0, 100)).steps.map((s) => [s.stepKey, s.output]);
/** What a process finds that starts on the same file while this one still has it open: as after a crash. */
async function afterCrash<T>(look: (stores: Stores) => Promise<T>): Promise<T> {
  const other = openDatabase(file);
  const found = await look(createSqliteStores({ db: other, commit: createGroupCommit(other) }));
  other.close();
  return found;
}

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

  it('says that the disk is full, keeps what it has acknowledged, and takes the rest once when there is room', async () => {
    const { page_count: pages = 0 } = db.get<{ page_count: number }>('PRAGMA page_count') ?? {};
    db.exec(`PRAGMA max_page_count = ${pages + 40}`);
    const output = `"${'x'.repeat(5000)}"`;
    const kept: string[] = [];
    let refused: unknown;
    for (let i = 0; i < 100 && refused === undefined; i++) {
      const steps = [step(`k${i}`, output)];
      const written = write({ spans: [span('1', i + 1)], steps });
      refused = await written.then(() => void kept.push(`k${i}`)).catch((error: unknown) => error);
    }
    const message = expect.stringContaining('the disk that holds the data is full');
    expect(refused).toMatchObject({ reason: 'UNAVAILABLE', message });
    expect(kept.length).toBeGreaterThan(0);

    db.exec('PRAGMA max_page_count = 1000000');
    const next = { spans: [span('1', 101)], steps: [step(`k${kept.length}`, output)] };
    for (let i = 0; i < 2; i++) await write(next);
    const all = [...kept, `k${kept.length}`].map((key) => [key, output]);
    expect(await afterCrash((found) => outputs(found))).toEqual(all);
    expect(await outputs(stores)).toEqual(all);
    expect(await stores.spans.list('p', { afterSeq: 0, limit: 9 })).toMatchObject([{ seq: 101 }]);
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

  it('takes what several plays append at one time in one work, of which each fails alone', async () => {
    const before = commit.stats();
    const tooMuch = { ...span('1', 1), span: { ...span('1', 1).span, tags: { count: 1n } } };
    const large = [step('b', `"${'x'.repeat(100_000)}"`)];
    db.exec(
      "CREATE TRIGGER full BEFORE INSERT ON step_outputs WHEN NEW.play_sid = 'r' BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    const written = await Promise.allSettled([
      write({ steps: [step('a', '1')] }),
      write({ playSid: 'q', spans: [tooMuch] }),
      write({ playSid: 'r', steps: large }),
      write({ playSid: 's', steps: large }),
      write({ playSid: 't', steps: [step('a', '2')] }),
    ]);
    expect(written.map(({ status }) => status === 'fulfilled')).toEqual([true, false, false, true, true]);
    const { commits, works } = commit.stats();
    expect([commits - before.commits, works - before.works]).toEqual([1, 5]);
    for (const [play, count] of Object.entries({ p: 1, q: 0, r: 0, s: 1, t: 1 })) {
      expect([play, (await outputs(stores, play)).length]).toEqual([play, count]);
    }
  });

  it('keeps a row of another play from a late delete', async () => {
    await write({ steps: [step('a', '1')] });
    const read = outputs(stores);
    fault = 'unheard';
    const late = write({ steps: [step('b', '2')] });
    await Promise.allSettled([read, late]);
    await Promise.all([write({ steps: [step('c', '3')] }), outputs(stores)]);
    for (const key of ['d', 'e', 'f']) await write({ playSid: 'q', steps: [step(key, '4')] });
    await outputs(stores);
    expect((await afterCrash((of) => outputs(of, 'q'))).map(([key]) => key)).toEqual(['d', 'e', 'f']);
  });

  it('is emptied by itself', async () => {
    await write({ spans: [span('1', 1)] });
    await stores.writeBatch(() => ({ playSid: 'q', spans: [span('1', 1)], steps: [], logs: [] }));
    await expect.poll(() => rows(db)).toBe(0);
    expect(await stores.spans.summary('q')).toEqual({ count: 1, seq: 1 });
  });
});

describe('a write that was made but reported as failed', () => {
  it('of a move takes no row of another play with it', async () => {
    await write({ steps: [step('a', '1')] });
    fault = 'unheard';
    await expect(outputs(stores)).rejects.toThrow('did not say so');
    await write({ playSid: 'q', steps: [step('b', '2')] });
    expect(await outputs(stores)).toEqual([['a', '1']]);
    expect(await afterCrash((of) => outputs(of, 'q'))).toEqual([['b', '2']]);
  });

  it('of a batch is read at once and moved by itself', async () => {
    fault = 'unheard';
    await expect(write({ steps: [step('a', '1')] })).rejects.toThrow();
    expect(await outputs(stores)).toEqual([['a', '1']]);
    fault = 'unheard';
    await expect(write({ steps: [step('b', '2')] })).rejects.toThrow();
    await expect.poll(() => rows(db), { timeout: 5000 }).toBe(0);
  });

  it('takes no span back to what it was', async () => {
    await write({ spans: [span('1', 1, { input: '1' })] });
    fault = 'unheard';
    await expect(write({ spans: [span('1', 2, { output: '2' })] })).rejects.toThrow();
    await write({ spans: [span('1', 3, { status: 'ok' })] });
    const whole = [{ seq: 3, input: '1', output: '2', span: { status: 'ok' } }];
    expect(await stores.spans.list('p', { afterSeq: 0, limit: 9 })).toMatchObject(whole);
    expect(rows(db)).toBe(0);
    db.run('INSERT INTO play_journal (play_sid, batch) VALUES (?, ?)', 'p', LATE);
    expect(await afterCrash((of) => of.spans.list('p', { afterSeq: 0, limit: 9 }))).toMatchObject(whole);
  });

  it('loses nothing and takes nothing back in any order of writes, reads, failures and crashes', async () => {
    const op = fc.record({
      op: fc.constantFrom('append', 'append', 'append', 'large', 'read', 'crash'),
      play: fc.constantFrom('p', 'q'),
      fault: fc.constantFrom(undefined, undefined, 'lost', 'unheard'),
      with: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(op, { maxLength: 25 }), async (ops) => {
        const memory = openDatabase(':memory:');
        const faulty = createFaultyDatabase(memory, nextFault);
        const open = () => createSqliteStores({ db: faulty, commit: createGroupCommit(faulty) });
        let under = open();
        const acked = { p: [] as string[], q: [] as string[] };
        const seen = { p: 0, q: 0 };
        let seq = 0;
        const append = async (play: 'p' | 'q', padding: string) => {
          const at = ++seq;
          const spans = [span('1', at, { output: `"${padding}${at}"` })];
          const batch = { playSid: play, spans, steps: [step(`${at}`, `${at}`)], logs: [] };
          await under.writeBatch(() => batch);
          acked[play].push(`${at}`);
          seen[play] = at;
        };
        const check = async (play: 'p' | 'q') => {
          const steps = (await outputs(under, play)).map(([key]) => Number(key));
          expect(steps).toEqual([...steps].sort((a, b) => a - b));
          expect(steps).toEqual(expect.arrayContaining(acked[play].map(Number)));
          const [found] = await under.spans.list(play, { afterSeq: 0, limit: 9 });
          expect(found?.seq ?? 0).toBe(steps.at(-1) ?? 0);
          expect(found?.seq ?? 0).toBeGreaterThanOrEqual(seen[play]);
          if (found !== undefined) expect(JSON.parse(found.output)).toMatch(new RegExp(`^x*${found.seq}$`));
          seen[play] = found?.seq ?? 0;
        };
        for (const one of ops) {
          fault = one.fault;
          if (one.op === 'crash') under = open();
          const padding = one.op === 'large' ? 'x'.repeat(70_000) : '';
          const works = one.op === 'append' || one.op === 'large' ? [append(one.play, padding)] : [check(one.play)];
          if (one.with) works.push(append(one.play === 'p' ? 'q' : 'p', ''));
          for (const { status, reason } of (await Promise.allSettled(works)) as PromiseRejectedResult[]) {
            if (status === 'rejected' && !/the disk/.test(String(reason))) throw reason;
          }
        }
        fault = undefined;
        await check('p');
        await check('q');
        under = open();
        await check('p');
        await check('q');
        expect(rows(memory)).toBe(0);
        memory.close();
      }),
      { numRuns: 300 },
    );
  });
});

/** A row of long ago, as only an earlier version could leave it. */
const LATE = JSON.stringify({ spans: [{ order: 1, seq: 2, span: span('1', 2).span }], steps: [], logs: [] });
