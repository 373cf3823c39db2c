// Long texts beside documents: what is short stands in its document, what is long in a document of its own that is written once,
// before the document that names it. So a change of state rewrites little, and no document comes near the limit of 16 MiB.

import { randomUUID } from 'node:crypto';
import type { MongoDatabase } from './database.ts';

/** In a document: the text, or the id of the document that has it. */
export type StoredText = string | { readonly ref: string };

export interface MongoTexts {
  /** Writes what is long. */
  put(text: string): Promise<StoredText>;
  get(text: StoredText): Promise<string>;
  /** In the order asked, with one query. */
  getAll(texts: readonly StoredText[]): Promise<string[]>;
  /** Removes what came of a `put` whose document was not written. */
  drop(texts: readonly StoredText[]): Promise<void>;
}

interface TextDocument {
  readonly _id: string;
  readonly text: string;
}

const SHORT_CHARS = 4096;

export function createMongoTexts(mongo: MongoDatabase, collection: string): MongoTexts {
  const documents = mongo.collection<TextDocument>(collection);
  const refsOf = (texts: readonly StoredText[]) =>
    texts.flatMap((text) => (typeof text === 'string' ? [] : [text.ref]));

  async function getAll(texts: readonly StoredText[]): Promise<string[]> {
    const refs = refsOf(texts);
    const found = refs.length === 0 ? [] : await documents.find({ _id: { $in: refs } }).toArray();
    const byId = new Map(found.map(({ _id, text }) => [_id, text]));
    return texts.map((text) => {
      if (typeof text === 'string') return text;
      const long = byId.get(text.ref);
      if (long === undefined) throw new Error(`the text ${text.ref} of ${collection} is not there`);
      return long;
    });
  }

  return {
    async put(text) {
      if (text.length <= SHORT_CHARS) return text;
      const ref = randomUUID();
      await documents.insertOne({ _id: ref, text });
      return { ref };
    },
    get: async (text) => (await getAll([text]))[0] as string,
    getAll,
    async drop(texts) {
      const refs = refsOf(texts);
      if (refs.length > 0) await documents.deleteMany({ _id: { $in: refs } });
    },
  };
}
