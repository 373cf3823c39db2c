// For the MongoDB adapters of the services. Opening a database is apart (./mongo/connect): it loads the driver.

export type { Collection, Document } from 'mongodb';
export {
  ensureIndexes,
  insertIfAbsent,
  isDuplicate,
  type MongoDatabase,
  type MongoIndexes,
  unlessThere,
} from './database.ts';
export { createMongoTexts, type MongoTexts, type StoredText } from './texts.ts';
