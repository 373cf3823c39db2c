/**
 * What plays do is made durable as one document a batch, and put into its collections a moment later.
 *
 * - One document is written whole or not at all, so a batch is too. Only one too large for a document (some MiB) goes to its
 *   collections in parts, the steps last.
 * - Whoever reads a play first puts its batches where they belong (`settle`), whichever process has written them: a batch that a
 *   crash left behind is found by the next reader.
 * - A batch is removed after it was put, and putting twice changes nothing.
 */

import { randomUUID } from 'node:crypto';
import { createKeyedQueue } from '@hero-logic/platform';
import type { MongoTexts } from '@hero-logic/platform/mongo';
import type { PlayBatch, WriteBatch } from '../domain/ports.ts';
import { needsAttention } from '../domain/span.ts';
import type { SpanRecord } from '../domain/span-tree.ts';
import type { BatchDocument, ExecutorCollections, SpanFields, StepFields } from './executor-documents.mongo.ts';
import { putParts } from './play-collections.mongo.ts';

export interface Batches {
  readonly write: WriteBatch;
  /** Resolves when what was written for the play so far is in its collections. */
  settle(play: string): Promise<void>;
}

type Fields = Pick<BatchDocument, 'spans' | 'steps' | 'logs'>;

const PUT_AFTER_MS = 100;
const BATCHES_PER_TURN = 100;
/** A document holds 16 MiB, and a character up to 3 bytes. */
const LARGE_CHARS = 4 * 1024 * 1024;

export function createMongoBatches(collections: ExecutorCollections, texts: MongoTexts): Batches {
  const { batches, steps } = collections;
  const inTurn = createKeyedQueue();
  /** Plays of which something that this process wrote is to be put. */
  const waiting = new Set<string>();
  /** The next position of each of those. Whoever opens a play reads it first, and so learns what other processes wrote. */
  const positions = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  /** Above everything that the play has. Asked when a process begins to write for a play. */
  async function firstPosition(play: string): Promise<number> {
    const last = { sort: { position: -1 }, projection: { position: 1 } } as const;
    const [step, batch] = await Promise.all([
      steps.findOne({ play }, last),
      batches.findOne({ play }, { sort: { from: -1 } }),
    ]);
    return Math.max(step?.position ?? 0, batch === null ? 0 : batch.from + batch.steps.length) + 1;
  }

  async function write(build: () => PlayBatch): Promise<void> {
    // What is ready to be read by now joins.
    await new Promise((resolve) => setImmediate(resolve));
    const batch = build();
    const { playSid: play } = batch;
    const fields = fieldsOf(batch);
    if (fields.spans.length + fields.steps.length + fields.logs.length === 0) return;
    const from = positions.get(play) ?? (await firstPosition(play));
    positions.set(play, Math.max(from + Math.max(1, fields.steps.length), positions.get(play) ?? 0));
    const stored = await withStoredTexts(fields);
    if (sizeOf(stored) > LARGE_CHARS) {
      await put(play);
      await putParts(collections, play, { ...stored, steps: placed(stored.steps, from) });
      return;
    }
    await batches.insertOne({ _id: randomUUID(), play, from, ...stored });
    waiting.add(play);
    putSoon();
  }

  async function withStoredTexts({ spans, steps, logs }: Fields): Promise<Fields> {
    const text = async (value: SpanFields['input']) => (typeof value === 'string' ? texts.put(value) : value);
    const [storedSpans, storedSteps] = await Promise.all([
      Promise.all(
        spans.map(async (span) => {
          const [input, output] = await Promise.all([text(span.input), text(span.output)]);
          return { ...span, ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }) };
        }),
      ),
      Promise.all(steps.map(async (step) => ({ ...step, output: (await text(step.output)) ?? '' }))),
    ]);
    return { spans: storedSpans, steps: storedSteps, logs };
  }

  function putSoon(delayMs = PUT_AFTER_MS): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      const plays = [...waiting].slice(0, BATCHES_PER_TURN);
      for (const play of plays) waiting.delete(play);
      Promise.all(plays.map(putAndForget))
        .then(() => waiting.size > 0 && putSoon(0))
        .catch(() => {}); // whoever reads the play tries again, and hears of it
    }, delayMs).unref();
  }

  const put = (play: string) =>
    inTurn(play, async () => {
      for (;;) {
        const found = await batches.find({ play }).sort({ from: 1 }).limit(BATCHES_PER_TURN).toArray();
        if (found.length === 0) return;
        await putParts(collections, play, {
          spans: merged(found),
          steps: found.flatMap((batch) => placed(batch.steps, batch.from)),
          logs: found.flatMap((batch) => batch.logs),
        });
        await batches.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } });
        if (found.length < BATCHES_PER_TURN) return;
      }
    });

  async function putAndForget(play: string): Promise<void> {
    await put(play);
    if (!waiting.has(play)) positions.delete(play);
  }

  return {
    write,
    async settle(play) {
      await put(play);
      positions.delete(play);
    },
  };
}

function fieldsOf({ spans, steps, logs }: PlayBatch): Fields {
  return { spans: spans.map(spanFields), steps: [...steps], logs };
}

function spanFields({ span, order, seq, input, output }: SpanRecord): SpanFields {
  const { spanId, parentId, status } = span;
  return {
    ...{ spanId, parentId, ord: order, seq, attention: needsAttention(status), doc: JSON.stringify(span) },
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}

function placed(steps: readonly StepFields[], from: number) {
  return steps.map((step, index) => ({ ...step, position: from + index }));
}

/** What became of each span; a text that a later batch does not carry stays. */
function merged(found: readonly BatchDocument[]): Iterable<SpanFields> {
  const spans = new Map<string, SpanFields>();
  for (const span of found.flatMap((batch) => batch.spans))
    spans.set(span.spanId, { ...spans.get(span.spanId), ...span });
  return spans.values();
}

/** About how many characters there are to write. */
function sizeOf({ spans, steps, logs }: Fields): number {
  const short = (text: SpanFields['input']) => (typeof text === 'string' ? text.length : 0);
  const ofSpans = spans.reduce((sum, s) => sum + s.doc.length + short(s.input) + short(s.output) + 200, 0);
  const ofSteps = steps.reduce((sum, s) => sum + short(s.output) + s.name.length + 400, 0);
  return logs.reduce((sum, l) => sum + l.text.length + 100, ofSpans + ofSteps);
}
