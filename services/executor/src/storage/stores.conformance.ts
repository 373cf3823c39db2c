// The contract of the stores: a batch is all or nothing, step outputs are kept once, whole and in order, spans are found
// in every way that people look at them. Each adapter runs these suites.

import { describe, expect, it } from 'vitest';
import type { PlayBatch, StepOutput, Stores } from '../domain/ports.ts';
import type { Span, SpanStatus } from '../domain/span.ts';
import type { SpanRecord } from '../domain/span-tree.ts';

export interface StoresUnderTest {
  readonly stores: Stores;
  /** The same data, as another process would open it. */
  reopen(): Promise<Stores>;
  close(): Promise<void>;
}

const PLAY = 'play1';

export function describeStores(name: string, open: () => Promise<StoresUnderTest>): void {
  const withStores = (test: (under: StoresUnderTest) => Promise<void>) => async () => {
    const under = await open();
    try {
      await test(under);
    } finally {
      await under.close();
    }
  };

  describe(`${name}: removal`, () => {
    it(
      'takes all of a play and nothing of another, at once after its last write and twice',
      withStores(async ({ stores, reopen }) => {
        const long = 'x'.repeat(9000);
        const parts = { spans: [span('a', 0, 1)], steps: [step('k1', long)], logs: [log(1)] };
        await stores.writeBatch(() => batch(parts));
        await stores.writeBatch(() => ({ ...batch(parts), playSid: 'play2' }));
        const bytes = await stores.measurePlays([PLAY]);
        expect(bytes).toBeGreaterThan(9000);
        expect(await stores.measurePlays([PLAY, 'play2'])).toBe(bytes * 2);
        for (let i = 0; i < 2; i++) await stores.removePlays([PLAY, 'none']);
        const other = await reopen();
        expect(await other.spans.summary(PLAY)).toEqual({ count: 0, seq: 0 });
        expect((await other.steps.page(PLAY, 0, 10)).steps).toEqual([]);
        expect(await other.spans.listLogs(PLAY, { afterSeq: 0, limit: 10 })).toEqual([]);
        expect(await other.measurePlays([PLAY, 'play2'])).toBe(bytes);
        expect((await other.steps.page('play2', 0, 10)).steps[0]?.output).toBe(`"${long}"`);
      }),
    );
  });

  describe(`${name}: batches`, () => {
    it(
      'are durable as one, and built as late as possible',
      withStores(async ({ stores, reopen }) => {
        let more = 'early';
        const written = stores.writeBatch(() =>
          batch({ spans: [span('a', 0, 1)], steps: [step('k1', more)], logs: [log(1)] }),
        );
        more = 'late';
        await written;
        const other = await reopen();
        expect((await other.steps.page(PLAY, 0, 10)).steps[0]?.output).toBe('"late"');
        expect(await other.spans.summary(PLAY)).toEqual({ count: 1, seq: 1 });
        expect(await other.spans.listLogs(PLAY, { afterSeq: 0, limit: 10 })).toHaveLength(1);
      }),
    );

    it(
      'leave nothing behind when they fail',
      withStores(async ({ stores }) => {
        const broken = span('b', 1, 2, { tags: { count: 1n } });
        await expect(stores.writeBatch(() => batch({ steps: [step('k1', 'x')], spans: [broken] }))).rejects.toThrow();
        await expect(
          stores.writeBatch(() => {
            throw new Error('cannot build');
          }),
        ).rejects.toThrow('cannot build');
        expect((await stores.steps.page(PLAY, 0, 10)).steps).toEqual([]);
        await stores.writeBatch(() => batch({ steps: [step('k1', 'y')] }));
        expect((await stores.steps.page(PLAY, 0, 10)).steps).toHaveLength(1);
      }),
    );
  });

  describe(`${name}: step outputs`, () => {
    it(
      'are kept once per play and key, whole, in order',
      withStores(async ({ stores }) => {
        const large = 'é'.repeat(2_000_000);
        await stores.writeBatch(() => batch({ steps: [step('z', 'first'), step('a', large), step('z', 'second')] }));
        await stores.writeBatch(() =>
          batch({ steps: [step('a', 'other'), step('now', 'on the way', 's9'), step('m', 'last', 's9')] }),
        );
        await stores.writeBatch(() => ({ ...batch({ steps: [step('z', 'of another play')] }), playSid: 'play2' }));
        const { steps, next } = await stores.steps.page(PLAY, 0, 10);
        expect(next).toBeUndefined();
        expect(steps.map((s) => s.stepKey)).toEqual(['z', 'a', 'now', 'm']);
        expect(steps[0]).toEqual(step('z', 'first'));
        expect(steps[1]?.output === `"${large}"`).toBe(true);
        expect(await stores.steps.outputOf(PLAY, 's9', 'name of m')).toBe('"last"');
        expect(await stores.steps.outputOf(PLAY, 's9', 'none')).toBeUndefined();
      }),
    );

    it(
      'come in pages',
      withStores(async ({ stores }) => {
        const all = Array.from({ length: 25 }, (_, i) => step(`k${i}`, `${i}`));
        await stores.writeBatch(() => batch({ steps: all }));
        const seen: StepOutput[] = [];
        let after: number | undefined = 0;
        while (after !== undefined) {
          const page = await stores.steps.page(PLAY, after, 10);
          seen.push(...page.steps);
          after = page.next;
        }
        expect(seen).toEqual(all);
        const { steps: heads, next } = await stores.steps.heads(PLAY, 0, 24);
        const headOf = ({ output: _, optional: __, ...head }: StepOutput) => head;
        expect(heads).toEqual(all.slice(0, 24).map(headOf));
        expect(await stores.steps.heads(PLAY, next ?? 0, 24)).toEqual({
          steps: all.slice(24).map(headOf),
          next: undefined,
        });
      }),
    );
  });

  describe(`${name}: spans`, () => {
    it(
      'are updated in place; what did not change stays',
      withStores(async ({ stores }) => {
        await stores.writeBatch(() => batch({ spans: [{ ...span('a', 0, 1), input: '1' }, span('b', 1, 2)] }));
        await stores.writeBatch(() => batch({ spans: [{ ...span('a', 0, 3, { status: 'ok' }), output: '2' }] }));
        expect(await stores.spans.list(PLAY, { afterSeq: 0, limit: 10 })).toMatchObject([
          { seq: 2, order: 1, input: '', output: '' },
          { seq: 3, order: 0, input: '1', output: '2', span: { spanId: 'a', status: 'ok' } },
        ]);
        expect(await stores.spans.listSkeletons(PLAY, { afterSeq: 2, limit: 10 })).toHaveLength(1);
        expect(await stores.spans.get(PLAY, 'a')).toMatchObject({ seq: 3 });
        expect(await stores.spans.get('play2', 'a')).toBeUndefined();
        expect(await stores.spans.summary('play2')).toEqual({ count: 0, seq: 0 });
      }),
    );

    it(
      'are found by parent, by order, and by what needs attention',
      withStores(async ({ stores }) => {
        const spans = [
          span('root', 0, 5),
          span('a', 1, 2, { parentId: 'root' }),
          span('b', 2, 4, { parentId: 'root', status: 'failed' }),
          span('c', 3, 3, { parentId: 'a', status: 'awaiting_resume' }),
        ];
        await stores.writeBatch(() => batch({ spans }));
        const ids = (records: readonly SpanRecord[]) => records.map((r) => r.span.spanId);
        expect(ids(await stores.spans.list(PLAY, { afterSeq: 0, limit: 10, parentId: 'root' }))).toEqual(['a', 'b']);
        expect(ids(await stores.spans.list(PLAY, { afterSeq: 2, limit: 10, parentId: 'root' }))).toEqual(['b']);
        expect(ids(await stores.spans.listSkeletons(PLAY, { afterSeq: 0, limit: 10, parentId: '' }))).toEqual(['root']);
        expect(ids(await stores.spans.listInOrder(PLAY, 1, 2))).toEqual(['a', 'b']);
        expect(ids(await stores.spans.listAttention(PLAY, 0, 10))).toEqual(['b', 'c']);
        await stores.writeBatch(() => batch({ spans: [span('b', 2, 6, { parentId: 'root', status: 'ok' })] }));
        expect(ids(await stores.spans.listAttention(PLAY, 0, 10))).toEqual(['c']);
        expect(ids(await stores.spans.list(PLAY, { afterSeq: 0, limit: 2 }))).toEqual(['a', 'c']);
      }),
    );

    it(
      'are replayed in ranges, once however often they are told, and never behind what came later',
      withStores(async ({ stores, reopen }) => {
        const spans = ['root', 'a', 'b', 'c'].map((id, order) =>
          span(id, order, order + 1, { status: 'ok', endMs: 9 }),
        );
        await stores.writeBatch(() => batch({ spans }));
        await stores.writeBatch(() => batch({ replayed: [{ from: 1, to: 3, seq: 5 }] }));
        for (let i = 0; i < 2; i++) {
          await stores.writeBatch(() => batch({ replayed: [{ from: 1, to: 2, seq: 8 }] }));
          await stores.spans.summary(PLAY); // what waited is where it belongs
        }
        const found = async (from: Stores) =>
          (await from.spans.listSkeletons(PLAY, { afterSeq: 0, limit: 9 })).map(({ span: s, seq }) => [
            ...[s.spanId, s.status, s.replays, s.endMs, seq],
          ]);
        const replayed = [
          ['root', 'ok', 0, 9, 1],
          ['c', 'replayed', 1, 9, 7],
          ['a', 'replayed', 2, 9, 8],
          ['b', 'replayed', 2, 9, 9],
        ];
        expect(await found(stores)).toEqual(replayed);
        await stores.writeBatch(() =>
          batch({
            spans: [span('c', 3, 11, { status: 'failed', replays: 2 })],
            replayed: [{ from: 3, to: 3, seq: 10 }],
          }),
        );
        const other = await reopen();
        expect(await found(other)).toEqual([
          ...replayed.filter(([id]) => id !== 'c'),
          ['c', 'failed', 2, undefined, 11],
        ]);
        expect((await other.spans.get(PLAY, 'b'))?.span.replays).toBe(2);
        expect((await other.spans.listInOrder(PLAY, 2, 1))[0]?.span.status).toBe('replayed');
      }),
    );

    it(
      'keep every character of what they show',
      withStores(async ({ stores }) => {
        const text = 'nul \u0000 tab \t quote " 😀 \u2028';
        const tags = { [text]: text, n: 1.5, o: { a: [null] } };
        await stores.writeBatch(() => batch({ spans: [{ ...span('a', 0, 1, { name: text, tags }), input: text }] }));
        const [found] = await stores.spans.list(PLAY, { afterSeq: 0, limit: 1 });
        expect(found).toMatchObject({ input: text, span: { name: text, tags } });
      }),
    );
  });

  describe(`${name}: logs`, () => {
    it(
      'are read by play and by span, with the last lines of each',
      withStores(async ({ stores }) => {
        const logs = [log(1, 'a'), log(2, 'b'), log(3, 'a'), log(4, 'a', 'é')];
        await stores.writeBatch(() => batch({ logs }));
        expect(await stores.spans.listLogs(PLAY, { afterSeq: 1, limit: 2 })).toEqual(logs.slice(1, 3));
        expect(await stores.spans.listLogs(PLAY, { afterSeq: 1, limit: 9, spanId: 'a' })).toEqual([logs[2], logs[3]]);
        const last = await stores.spans.lastLogs(PLAY, ['a', 'b', 'none'], 2);
        expect([...last]).toEqual([
          ['a', [logs[2], logs[3]]],
          ['b', [logs[1]]],
        ]);
        expect(await stores.spans.logSummary(PLAY)).toEqual({ seq: 4, bytes: 11, lastText: 'é' });
        expect(await stores.spans.logSummary('play2')).toEqual({ seq: 0, bytes: 0, lastText: '' });
      }),
    );
  });
}

function batch(parts: Partial<PlayBatch>): PlayBatch {
  return { playSid: PLAY, spans: [], steps: [], logs: [], ...parts };
}

function step(stepKey: string, output: string, spanId = 's1'): StepOutput {
  const within = stepKey === 'z' ? 'outer' : '';
  const place = { versionSid: `version of ${stepKey}`, spansBefore: stepKey.length, optional: stepKey === 'a' };
  return { stepKey, spanId, name: `name of ${stepKey}`, output: `"${output}"`, within, ...place };
}

function log(seq: number, spanId = 'a', text = `l${seq}`.padEnd(3)) {
  return { seq, spanId, atMs: 1000 + seq, stream: 'stdout', text } as const;
}

function span(
  spanId: string,
  order: number,
  seq: number,
  more: Partial<Span> & { status?: SpanStatus } = {},
): SpanRecord {
  const made: Span = {
    spanId,
    parentId: '',
    name: spanId,
    title: '',
    kind: 'step',
    status: 'running',
    attempt: 1,
    attempts: [],
    runs: 1,
    replays: 0,
    startMs: 1,
    tags: {},
    rpcService: '',
    rpcMethod: '',
    sourceFile: '',
    sourceLine: 0,
    ...more,
  };
  return { span: made, order, seq };
}
