// Step outputs in MongoDB.

import type { MongoTexts } from '@hero-logic/platform/mongo';
import type { StepStore } from '../domain/ports.ts';
import type { StepHead } from '../domain/record-copy.ts';
import type { ExecutorCollections, StepDocument } from './executor-documents.mongo.ts';

type Head = Omit<StepDocument, 'output'>;

export function createMongoStepStore({ steps }: ExecutorCollections, texts: MongoTexts): StepStore {
  /** Those at one position come together: a page never ends between them. */
  async function read<T extends Head>(play: string, after: number, limit: number, projection: object): Promise<T[]> {
    const order = { position: 1, _id: 1 } as const;
    const found = await steps
      .find<T>({ play, position: { $gt: after } } as never, { projection })
      .sort(order)
      .limit(limit)
      .toArray();
    const last = found.at(-1);
    if (last === undefined || found.length < limit) return found;
    const beside = { play, position: last.position, _id: { $gt: last._id } };
    return [
      ...found,
      ...(await steps
        .find<T>(beside as never, { projection })
        .sort(order)
        .toArray()),
    ];
  }

  return {
    async heads(play, after, limit) {
      const found = await read<Head>(play, after, limit, { output: 0 });
      return { steps: found.map(headOf), next: nextOf(found, limit) };
    },
    async page(play, after, limit) {
      const found = await read<StepDocument>(play, after, limit, {});
      const outputs = await texts.getAll(found.map(({ output }) => output));
      const page = found.map((one, index) => ({
        ...headOf(one),
        optional: one.optional,
        output: outputs[index] as string,
      }));
      return { steps: page, next: nextOf(found, limit) };
    },
    async outputOf(play, spanId, name) {
      const found = await steps.findOne({ play, spanId, name }, { sort: { position: -1 } });
      return found === null ? undefined : texts.get(found.output);
    },
  };
}

function headOf({ stepKey, spanId, name, within, versionSid, spansBefore }: Head): StepHead {
  return { stepKey, spanId, name, within, versionSid, spansBefore };
}

function nextOf(found: readonly Head[], limit: number): number | undefined {
  return found.length < limit ? undefined : found.at(-1)?.position;
}
