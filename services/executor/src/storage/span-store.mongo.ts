// Spans and logs in MongoDB.

import type { Collection, MongoTexts } from '@hero-logic/platform/mongo';
import type { LogLine } from '../domain/play-log.ts';
import type { SpanPage, SpanStore } from '../domain/ports.ts';
import { readSpan } from '../domain/span.ts';
import type { SpanRecord } from '../domain/span-tree.ts';
import type { ExecutorCollections, LogDocument, SpanDocument } from './executor-documents.mongo.ts';

type Skeleton = Pick<SpanDocument, 'doc' | 'ord' | 'seq' | 'again' | 'againAt'>;
const SKELETON = { projection: { doc: 1, ord: 1, seq: 1, again: 1, againAt: 1 } } as const;

export function createMongoSpanStore({ spans, logs }: ExecutorCollections, texts: MongoTexts): SpanStore {
  const page = (play: string, { afterSeq, limit, parentId }: SpanPage) =>
    spans
      .find({ play, ...(parentId === undefined ? {} : { parentId }), seq: { $gt: afterSeq } })
      .sort({ seq: 1 })
      .limit(limit);
  const inOrder = async (filter: Parameters<typeof spans.find>[0], limit: number) =>
    (await spans.find(filter, SKELETON).sort({ ord: 1 }).limit(limit).toArray()).map(skeleton);

  return {
    async list(play, options) {
      const found = await page(play, options).toArray();
      const all = await texts.getAll(found.flatMap(({ input, output }) => [input, output]));
      return found.map((one, index) => ({
        ...skeleton(one),
        input: all[index * 2] as string,
        output: all[index * 2 + 1] as string,
      }));
    },
    listSkeletons: async (play, options) =>
      (await page(play, options).project<Skeleton>(SKELETON.projection).toArray()).map(skeleton),
    listInOrder: (play, from, limit) => inOrder({ play, ord: { $gte: from } }, limit),
    listAttention: (play, from, limit) => inOrder({ play, attention: true, ord: { $gte: from } }, limit),
    async get(play, spanId) {
      const found = await spans.findOne({ _id: `${play}/${spanId}` }, SKELETON);
      return found === null ? undefined : skeleton(found);
    },
    async summary(play) {
      const [count, last] = await Promise.all([
        spans.countDocuments({ play }),
        spans.findOne({ play }, { sort: { seq: -1 }, projection: { seq: 1 } }),
      ]);
      return { count, seq: last?.seq ?? 0 };
    },
    async listLogs(play, { afterSeq, limit, spanId }) {
      const of = spanId === undefined ? { play } : { play, spanId };
      const found = logs.find({ ...of, seq: { $gt: afterSeq } }).sort({ seq: 1 });
      return (await found.limit(limit).toArray()).map(logLine);
    },
    lastLogs: (play, spanIds, perSpan) => lastLogs(logs, play, spanIds, perSpan),
    async logSummary(play) {
      const [sum] = await logs
        .aggregate<{ seq: number; bytes: number }>([
          { $match: { play } },
          { $group: { _id: null, seq: { $max: '$seq' }, bytes: { $sum: '$bytes' } } },
        ])
        .toArray();
      if (sum === undefined) return { seq: 0, bytes: 0, lastText: '' };
      const last = await logs.findOne({ play, seq: sum.seq });
      return { seq: sum.seq, bytes: sum.bytes, lastText: last?.text ?? '' };
    },
  };
}

async function lastLogs(logs: Collection<LogDocument>, play: string, spanIds: readonly string[], perSpan: number) {
  const found = new Map<string, LogLine[]>();
  await Promise.all(
    spanIds.map(async (spanId) => {
      found.set(spanId, []);
      const last = await logs.find({ play, spanId }).sort({ seq: -1 }).limit(perSpan).toArray();
      if (last.length > 0) found.set(spanId, last.map(logLine).reverse());
      else found.delete(spanId);
    }),
  );
  return found;
}

function skeleton({ doc, ord, seq, again = 0, againAt }: Skeleton): SpanRecord {
  return { span: readSpan(doc, againAt === seq ? again : 0), order: ord, seq };
}

function logLine({ seq, spanId, atMs, stream, text }: LogDocument): LogLine {
  return { seq, spanId, atMs, stream, text };
}
