// Puts what plays did into their collections. Everything may be put twice, also by two processes: a span becomes what its highest seq
// says, a step output and a log line that are there stay.

import { unlessThere } from '@hero-logic/platform/mongo';
import type { LogLine } from '../domain/play-log.ts';
import type { ReplayedSpans } from '../domain/span-tree.ts';
import type { ExecutorCollections, SpanFields, StepFields } from './executor-documents.mongo.ts';

export interface PlayParts {
  readonly spans: Iterable<SpanFields>;
  /** After the spans. */
  readonly replayed: readonly ReplayedSpans[];
  readonly steps: readonly (StepFields & { readonly position: number })[];
  readonly logs: readonly LogLine[];
}

/** Resolves when all of it is durable. An upsert that finds nothing to change inserts, and is refused when the document is there: that is what it is for. Steps come last: where one is, its span is too. */
export async function putParts(collections: ExecutorCollections, play: string, parts: PlayParts): Promise<void> {
  await Promise.all([putAllSpans(collections, play, parts), putLogs(collections, play, parts.logs)]);
  const { steps } = parts;
  if (steps.length === 0) return;
  const upserts = steps.map((step) => ({
    updateOne: {
      filter: { _id: `${play}/${step.stepKey}` },
      update: { $setOnInsert: { play, ...step } },
      upsert: true,
    },
  }));
  await unlessThere(() => collections.steps.bulkWrite(upserts, { ordered: false }));
}

async function putAllSpans(collections: ExecutorCollections, play: string, parts: PlayParts): Promise<void> {
  await putSpans(collections, play, [...parts.spans]);
  const updates = parts.replayed.flatMap(({ from, to, seq }) =>
    Array.from({ length: to - from + 1 }, (_, index) => ({
      updateOne: {
        filter: { play, ord: from + index, seq: { $lt: seq + index } },
        update: { $set: { seq: seq + index, againAt: seq + index }, $inc: { again: 1 } },
      },
    })),
  );
  if (updates.length > 0) await collections.spans.bulkWrite(updates, { ordered: false });
}

async function putSpans({ spans }: ExecutorCollections, play: string, fields: readonly SpanFields[]): Promise<void> {
  if (fields.length === 0) return;
  const upserts = fields.map(({ spanId, input, output, ...rest }) => ({
    updateOne: {
      filter: { _id: `${play}/${spanId}`, seq: { $lt: rest.seq } },
      update: {
        $set: {
          play,
          ...rest,
          again: 0,
          ...(input === undefined ? {} : { input }),
          ...(output === undefined ? {} : { output }),
        },
        $setOnInsert: {
          ...(input === undefined ? { input: '' } : {}),
          ...(output === undefined ? { output: '' } : {}),
        },
      },
      upsert: true,
    },
  }));
  await unlessThere(() => spans.bulkWrite(upserts, { ordered: false }));
}

async function putLogs({ logs }: ExecutorCollections, play: string, lines: readonly LogLine[]): Promise<void> {
  if (lines.length === 0) return;
  const upserts = lines.map((line) => ({
    updateOne: {
      filter: { _id: `${play}/${line.seq}` },
      update: { $setOnInsert: { play, ...line, bytes: Buffer.byteLength(line.text) } },
      upsert: true,
    },
  }));
  await unlessThere(() => logs.bulkWrite(upserts, { ordered: false }));
}
