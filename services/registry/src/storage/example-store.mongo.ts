// Examples in MongoDB.

import type { KeyedQueue } from '@hero-logic/platform';
import { insertIfAbsent } from '@hero-logic/platform/mongo';
import { type Example, type ExampleContent, upserted } from '../domain/example.ts';
import type { ExampleStore } from '../domain/ports.ts';
import { DOC_ONLY, type ExampleDocument, parsed, type RegistryCollections } from './registry-documents.mongo.ts';

export function createMongoExampleStore(collections: RegistryCollections, inTurn: KeyedQueue): ExampleStore {
  const { workflows, examples } = collections;
  const hasWorkflow = async (sid: string) => (await workflows.findOne({ _id: sid }, DOC_ONLY)) !== null;

  async function put(workflowSid: string, content: ExampleContent, sid: string, now: number): Promise<Example> {
    for (;;) {
      const found = await examples.findOne({ workflowSid, name: content.name });
      const present = parsed<Example>(found);
      const example = upserted(present, content, { sid, workflowSid, now });
      if (example === present) return example;
      const document = { workflowSid, name: example.name, doc: JSON.stringify(example) };
      if (found === null) {
        if (await insertIfAbsent(examples, { _id: example.sid, ...document, rev: 1 })) return example;
        continue;
      }
      if (await replaced(found, document)) return example;
    }
  }

  async function replaced(found: ExampleDocument, next: object): Promise<boolean> {
    const { matchedCount } = await examples.updateOne(
      { _id: found._id, rev: found.rev },
      { $set: next, $inc: { rev: 1 } },
    );
    return matchedCount > 0;
  }

  return {
    upsert: (workflowSid, content, sid, now) =>
      inTurn(`${workflowSid}/${content.name}`, async () => {
        if (!(await hasWorkflow(workflowSid))) return undefined;
        const example = await put(workflowSid, content, sid, now);
        if (await hasWorkflow(workflowSid)) return example;
        await examples.deleteOne({ _id: example.sid });
        return undefined;
      }),
    get: async (sid) => parsed(await examples.findOne({ _id: sid })),
    getByName: async (workflowSid, name) => parsed(await examples.findOne({ workflowSid, name })),
    async list(workflowSid, afterName, limit) {
      const found = examples
        .find({ workflowSid, name: { $gt: afterName } })
        .sort({ name: 1 })
        .limit(limit);
      return (await found.toArray()).map(({ doc }) => JSON.parse(doc) as Example);
    },
    remove: async (sid) => (await examples.deleteOne({ _id: sid })).deletedCount > 0,
  };
}
