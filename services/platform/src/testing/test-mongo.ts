// A real MongoDB for tests: the server that MONGODB_URL names (the run of the tests starts one), a fresh database for each that is asked.

import { randomBytes } from 'node:crypto';
import type { Document } from 'mongodb';
import type { MongoDatabase } from '../mongo/database.ts';

export interface TestMongo {
  readonly mongo: MongoDatabase;
  /** Explains each kind of query that was sent so far; gives those that read a collection from end to end. */
  scans(): Promise<string[]>;
  /** How many queries were sent so far. */
  sent(): number;
  /** Drops the database. */
  close(): Promise<void>;
}

/** Pass it to `describe.skipIf`: set-up has said what is missing, and in CI that is a failure. */
export const noMongo = !process.env.MONGODB_URL;

/** The same for the server that REDIS_URL names. */
export const noRedis = !process.env.REDIS_URL;

export async function createTestMongo(): Promise<TestMongo> {
  const { openMongo } = await import('../mongo/connect.ts');
  const seen = new Map<string, Document>();
  let sent = 0;
  const mongo = await openMongo({
    url: process.env.MONGODB_URL ?? '',
    database: `test_${randomBytes(8).toString('hex')}`,
    onCommand: (command) => {
      if (!QUERIES.some((name) => name in command)) return;
      sent += 1;
      seen.set(shapeOf(command), command);
    },
  });
  return {
    mongo,
    async scans() {
      const scanning: string[] = [];
      for (const [shape, command] of [...seen]) {
        const plan = await mongo.db.command({ explain: withoutSession(command), verbosity: 'queryPlanner' });
        if (JSON.stringify(plan).includes('"COLLSCAN"')) scanning.push(shape);
      }
      return scanning;
    },
    sent: () => sent,
    async close() {
      await mongo.db.dropDatabase();
      await mongo.close();
    },
  };
}

const QUERIES = ['find', 'aggregate', 'update', 'delete', 'findAndModify', 'count', 'distinct'];

/** The command with its values taken out; an explain takes one update or delete at a time, and one stands for its like. */
function shapeOf(command: Document): string {
  const { lsid: _l, $clusterTime: _c, $db: _d, ...rest } = command;
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value)) return [...new Set(value.map((one) => JSON.stringify(shape(one))))];
    if (typeof value !== 'object' || value === null) return typeof value === 'string' ? 'text' : 'value';
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]));
  };
  const name = QUERIES.find((query) => query in command) as string;
  return `${name} ${command[name]}: ${JSON.stringify(shape(rest))}`;
}

function withoutSession(command: Document): Document {
  const { lsid: _l, $clusterTime: _c, $db: _d, $readPreference: _r, writeConcern: _w, ...rest } = command;
  const { updates, deletes } = rest as { updates?: Document[]; deletes?: Document[] };
  if (updates !== undefined) return { ...rest, updates: updates.slice(0, 1) };
  return deletes === undefined ? rest : { ...rest, deletes: deletes.slice(0, 1) };
}
