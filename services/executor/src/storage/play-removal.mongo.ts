// Plays leave the collections of the executor, or are measured. Heads go last: who died on the way is repeated.

import type { MongoTexts, StoredText } from '@hero-logic/platform/mongo';
import type { PlayRemoval } from '../domain/ports.ts';
import type { ExecutorCollections } from './executor-documents.mongo.ts';

export function createMongoPlayRemoval(
  { spans, steps, logs, heads }: ExecutorCollections,
  texts: MongoTexts,
  settle: (playSid: string) => Promise<void>,
): PlayRemoval {
  const of = (playSids: readonly string[]) => ({ play: { $in: [...playSids] } });

  /** Of what is short nothing is read. */
  async function longTexts(playSids: readonly string[]): Promise<StoredText[]> {
    const isLong = (...fields: string[]) => ({ $or: fields.map((field) => ({ [`${field}.ref`]: { $gt: '' } })) });
    const [ofSpans, ofSteps] = await Promise.all([
      spans
        .find(
          { ...of(playSids), ...isLong('input', 'output') },
          { projection: { input: 1, output: 1 }, hint: 'by_seq' },
        )
        .toArray(),
      steps
        .find({ ...of(playSids), ...isLong('output') }, { projection: { output: 1 }, hint: 'by_position' })
        .toArray(),
    ]);
    return [...ofSpans.flatMap(({ input, output }) => [input, output]), ...ofSteps.map(({ output }) => output)];
  }

  return {
    async removePlays(playSids) {
      const waiting = await heads
        .find({ _id: { $in: [...playSids] }, 'batches.0': { $exists: true } }, { projection: { _id: 1 } })
        .toArray();
      await Promise.all(waiting.map(({ _id }) => settle(_id)));
      await texts.drop(await longTexts(playSids));
      await Promise.all([
        spans.deleteMany(of(playSids), { hint: 'by_seq' }),
        steps.deleteMany(of(playSids), { hint: 'by_position' }),
        logs.deleteMany(of(playSids), { hint: 'by_seq' }),
      ]);
      await heads.deleteMany({ _id: { $in: [...playSids] } });
    },
    async measurePlays(playSids) {
      await Promise.all(playSids.map(settle));
      const [docs, lines, long] = await Promise.all([
        spans.find(of(playSids), { projection: { doc: 1 }, hint: 'by_seq' }).toArray(),
        logs.find(of(playSids), { projection: { bytes: 1 }, hint: 'by_seq' }).toArray(),
        texts.getAll(await longTexts(playSids)),
      ]);
      const sum = (sizes: readonly number[]) => sizes.reduce((a, b) => a + b, 0);
      return (
        sum(docs.map(({ doc }) => doc.length)) +
        sum(lines.map(({ bytes }) => bytes)) +
        sum(long.map((text) => Buffer.byteLength(text)))
      );
    },
  };
}
