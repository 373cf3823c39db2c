import type { ListSpansResponse } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { expect, test } from 'vitest';
import type { Span } from '../../models/span.ts';
import { SpanStore } from '../../models/span-store.ts';
import { type ListRequest, SpanDocuments } from './documents.ts';
import { rowsWindow } from './rows-window.ts';
import { treeMove } from './tree-keys.ts';

const span = (id: string, parentId: string, seq: number) =>
  ({ id, parentId, seq: BigInt(seq), startMs: seq, outcome: 'ok', status: 'ok' }) as Span;

test('a window mounts what is seen and a little more', () => {
  expect(rowsWindow({ count: 10_000, rowHeight: 26, top: 400, viewHeight: 800 })).toEqual({ first: 0, last: 24 });
  expect(rowsWindow({ count: 10_000, rowHeight: 26, top: -2600, viewHeight: 800 })).toEqual({ first: 92, last: 139 });
  expect(rowsWindow({ count: 10, rowHeight: 26, top: 5000, viewHeight: 800 })).toEqual({ first: 0, last: 0 });
});

test('keys walk the visible rows, fold and unfold', () => {
  const store = new SpanStore();
  store.apply([span('a', '', 1), span('b', 'a', 2), span('c', 'b', 3), span('d', 'a', 4)]);
  const move = (key: string, at: string) => treeMove(key, store.rows(), at);
  expect(move('ArrowDown', '')).toEqual({ kind: 'select', id: 'a' });
  expect(move('End', '')).toEqual({ kind: 'select', id: 'd' });
  expect(move('ArrowDown', 'b')).toEqual({ kind: 'select', id: 'c' });
  expect(move('ArrowUp', 'a')).toBeUndefined();
  expect(move('ArrowRight', 'b')).toEqual({ kind: 'select', id: 'c' });
  expect(move('ArrowLeft', 'b')).toEqual({ kind: 'fold', id: 'b', open: false });
  expect(move('ArrowLeft', 'c')).toEqual({ kind: 'select', id: 'b' });
  expect(move('End', 'a')).toEqual({ kind: 'select', id: 'd' });
  store.fold('b', false);
  expect(move('ArrowDown', 'b')).toEqual({ kind: 'select', id: 'd' });
  expect(move('ArrowRight', 'b')).toEqual({ kind: 'fold', id: 'b', open: true });
  expect(move('x', 'b')).toBeUndefined();
});

test('documents of siblings come in few calls, each span once until it changes', async () => {
  const asked: ListRequest[] = [];
  const all = Array.from({ length: 50 }, (_, i) => ({
    spanId: `s${i}`,
    seq: BigInt(i + 10),
    input: '',
    output: `${i}`,
  }));
  const documents = new SpanDocuments(
    async (request) => {
      asked.push(request);
      const page = all.filter((s) => s.seq > request.afterSeq).slice(0, request.pageSize);
      return { spans: page, nextSeq: page.at(-1)?.seq ?? request.afterSeq } as unknown as ListSpansResponse;
    },
    () => undefined,
  );
  const want = [5, 6, 40].map((i) => span(`s${i}`, 'p', i + 10));
  await documents.want(want);
  await documents.want(want);
  expect(asked).toEqual([
    { parentId: 'p', afterSeq: 14n, pageSize: 20 },
    { parentId: 'p', afterSeq: 34n, pageSize: 20 },
  ]);
  expect([5, 6, 40].map((i) => documents.get(`s${i}`)?.output)).toEqual(['5', '6', '40']);
  await documents.want([span('s5', 'p', 99)]);
  expect(asked).toHaveLength(3);
});
