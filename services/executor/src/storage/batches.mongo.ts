/**
 * What plays do is made durable by one update of one document a batch, and put into its collections a moment later.
 *
 * - Each play has a head: the batches that wait, and the number of the run that may write. A batch is added to it if it comes from that
 *   run, whole or not at all; what an executor writes that was given up meanwhile is refused, however late it wakes up. Only a batch too
 *   large for a document (some MiB) goes to its collections in parts, the steps last.
 * - Whoever reads a play first puts its batches where they belong (`settle`), whichever process has written them: one that a crash left
 *   behind is found by the next reader.
 * - A batch is taken from the head after it was put. Putting twice changes nothing: the head also says which positions its steps have.
 */

import { randomUUID } from 'node:crypto';
import { createKeyedQueue, HeroError } from '@hero-logic/platform';
import { isDuplicate, type MongoTexts } from '@hero-logic/platform/mongo';
import type { PlayBatch, WriteBatch } from '../domain/ports.ts';
import { needsAttention } from '../domain/span.ts';
import type { SpanRecord } from '../domain/span-tree.ts';
import type {
  ExecutorCollections,
  HeadDocument,
  SpanFields,
  StepFields,
  StoredBatch,
} from './executor-documents.mongo.ts';
import { putParts } from './play-collections.mongo.ts';

export interface Batches {
  readonly write: WriteBatch;
  beginRun(play: string, attempt: number): Promise<void>;
  /** Resolves when what was written for the play so far is in its collections. */
  settle(play: string): Promise<void>;
}

type Fields = Omit<StoredBatch, 'id'>;

const PUT_AFTER_MS = 100;
const PLAYS_PER_TURN = 100;
/** A document holds 16 MiB, and a character up to 3 bytes. */
const LARGE_CHARS = 4 * 1024 * 1024;

export function createMongoBatches(collections: ExecutorCollections, texts: MongoTexts): Batches {
  const { heads } = collections;
  const inTurn = createKeyedQueue();
  /** Plays of which something that this process wrote is to be put, with about how many characters. */
  const waiting = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  async function write(build: () => PlayBatch): Promise<void> {
    // What is ready to be read by now joins.
    await new Promise((resolve) => setImmediate(resolve));
    const batch = build();
    const { playSid: play, attempt } = batch;
    const fields = fieldsOf(batch);
    const { spans, replayed = [], steps, logs } = fields;
    if (spans.length + replayed.length + steps.length + logs.length === 0) return;
    const stored = await withStoredTexts(fields);
    const size = sizeOf(stored);
    const before = waiting.get(play) ?? 0;
    if (before + size > LARGE_CHARS) await put(play);
    if (size > LARGE_CHARS) return writeLarge(play, attempt, stored);
    await change(play, attempt, { $push: { batches: { id: randomUUID(), ...stored } } });
    waiting.set(play, (waiting.get(play) ?? 0) + size);
    putSoon();
  }

  async function writeLarge(play: string, attempt: number | undefined, stored: Fields): Promise<void> {
    const { placed } = await change(play, attempt, { $inc: { placed: stored.steps.length } });
    const { replayed = [] } = stored;
    await putParts(collections, play, { ...stored, replayed, steps: positioned(stored.steps, placed) });
  }

  /** The head as it was before. LEASE_LOST. */
  async function change(
    play: string,
    attempt: number | undefined,
    update: object,
  ): Promise<Pick<HeadDocument, 'placed'>> {
    if (attempt === undefined) await insertHead(play);
    const mine = attempt === undefined ? { _id: play } : { _id: play, attempt };
    const found = await heads.findOneAndUpdate(mine, update, { projection: { placed: 1 } });
    if (found === null)
      throw new HeroError('LEASE_LOST', `play ${play} has begun another run; this one may not write any more`);
    return found;
  }

  async function insertHead(play: string): Promise<void> {
    await upsertHead({ _id: play }, { $setOnInsert: { attempt: 0, placed: 0, batches: [] } });
  }

  /** False: there is one that the filter does not take. */
  async function upsertHead(filter: object, update: object): Promise<boolean> {
    try {
      await heads.updateOne(filter, update, { upsert: true });
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  async function withStoredTexts({ spans, replayed, steps, logs }: Fields): Promise<Fields> {
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
    return { spans: storedSpans, ...(replayed === undefined ? {} : { replayed }), steps: storedSteps, logs };
  }

  function putSoon(delayMs = PUT_AFTER_MS): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      const plays = [...waiting.keys()].slice(0, PLAYS_PER_TURN);
      Promise.all(plays.map(put))
        .then(() => waiting.size > 0 && putSoon(0))
        .catch(() => {}); // whoever reads the play tries again, and hears of it
    }, delayMs).unref();
  }

  const put = (play: string) =>
    inTurn(play, async () => {
      waiting.delete(play);
      for (;;) {
        const head = await heads.findOne({ _id: play });
        if (head === null || head.batches.length === 0) return;
        const { batches, placed } = head;
        const steps = batches.flatMap((batch) => batch.steps);
        await putParts(collections, play, {
          spans: merged(batches),
          replayed: batches.flatMap((batch) => batch.replayed ?? []),
          steps: positioned(steps, placed),
          logs: batches.flatMap((batch) => batch.logs),
        });
        const taken = {
          $pull: { batches: { id: { $in: batches.map(({ id }) => id) } } },
          $set: { placed: placed + steps.length },
        };
        // Another process may have put them meanwhile.
        if ((await heads.updateOne({ _id: play, placed, 'batches.0.id': batches[0]?.id }, taken)).matchedCount > 0)
          return;
      }
    });

  return {
    write,
    async beginRun(play, attempt) {
      const begun = await upsertHead(
        { _id: play, attempt: { $lte: attempt } },
        { $set: { attempt }, $setOnInsert: { placed: 0, batches: [] } },
      );
      if (!begun) throw new HeroError('LEASE_LOST', `play ${play} has begun a later run than ${attempt}`);
    },
    settle: put,
  };
}

function fieldsOf({ spans, replayed = [], steps, logs }: PlayBatch): Fields {
  const ranges = replayed.length === 0 ? {} : { replayed };
  return { spans: spans.map(spanFields), ...ranges, steps: [...steps], logs };
}

function spanFields({ span, order, seq, input, output }: SpanRecord): SpanFields {
  const { spanId, parentId, status } = span;
  return {
    ...{ spanId, parentId, ord: order, seq, attention: needsAttention(status), doc: JSON.stringify(span) },
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}

function positioned(steps: readonly StepFields[], placed: number) {
  return steps.map((step, index) => ({ ...step, position: placed + index + 1 }));
}

/** What became of each span; a text that a later batch does not carry stays. */
function merged(found: readonly StoredBatch[]): Iterable<SpanFields> {
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
