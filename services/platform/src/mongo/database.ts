// What the MongoDB adapters stand on: the driver used plainly, and only its types, so that a run on SQLite never loads it.
//
// An adapter relies on the atomicity of one document and on nothing else: no sessions, transactions, change streams or TTL. Every
// acknowledged write is journalled by a majority, every read sees what a majority has (connect.ts sets both for all operations).

import type { Collection, Db, Document, IndexDescription } from 'mongodb';

export interface MongoDatabase {
  collection<T extends Document>(name: string): Collection<T>;
  /** The driver's own handle. */
  readonly db: Db;
  /** Rejects when the server does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The indexes of one service, by collection. */
export type MongoIndexes = Readonly<Record<string, readonly IndexDescription[]>>;

/** Creates what is missing; for many processes at once. An index keeps its name for ever: a changed one gets another. */
export async function ensureIndexes(mongo: MongoDatabase, indexes: MongoIndexes): Promise<void> {
  await Promise.all(
    Object.entries(indexes).map(([name, specs]) =>
      mongo.collection(name).createIndexes(specs.map((spec) => ({ ...spec }))),
    ),
  );
}

/** A unique index refused a document. */
export function isDuplicate(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 11000;
}

/**
 * Many writes that may find their documents there, and leave them: a bulk of inserts or of upserts. Everything else that went wrong with any of them is thrown,
 * also what carries no error of a single document, such as a connection that was lost.
 */
export async function unlessThere(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const { writeErrors, err } = error as { writeErrors?: unknown; err?: unknown };
    const each = writeErrors === undefined ? [error] : [writeErrors].flat();
    if (each.length === 0 || err !== undefined || !each.every(isDuplicate)) throw error;
  }
}

/** Writes unless there is one with this id or key; whether it wrote. */
export async function insertIfAbsent<T extends Document>(
  collection: Collection<T>,
  document: Parameters<Collection<T>['insertOne']>[0],
): Promise<boolean> {
  try {
    await collection.insertOne(document);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}
