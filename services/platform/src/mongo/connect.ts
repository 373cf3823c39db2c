// Opens the database of a service, and says in one line what is wrong when that fails: which variable, which server, what to do.

import {
  type Document,
  MongoClient,
  type MongoClientOptions,
  ReadConcern,
  ReadPreference,
  WriteConcern,
} from 'mongodb';
import { ConfigError } from '../env.ts';
import type { MongoDatabase } from './database.ts';
import { endLostDrains } from './lost-drain.ts';

/** Who waits longer for an answer has lost the connection, whatever became of the operation. */
const OPERATION_MS = 10_000;
const FIND_SERVER_MS = 5_000;
/** A server that was away is found again after at most this. */
const LOOK_EVERY_MS = 2_000;
const OLDEST = 6;

export interface ConnectOptions {
  /** mongodb:// or mongodb+srv://, with the database's name as its path ("hero_logic" unless told). */
  readonly url: string;
  /** Another database than the one that the URL names. */
  readonly database?: string;
  /** Hears every command before it is sent: for tests. */
  readonly onCommand?: (command: Document) => void;
}

/** Throws a ConfigError naming MONGODB_URL. */
export async function openMongo({ url, database, onCommand }: ConnectOptions): Promise<MongoDatabase> {
  endLostDrains();
  const client = createClient(url, onCommand);
  try {
    await client.connect();
    const { version } = await client.db('admin').command({ buildInfo: 1 });
    if (Number.parseInt(version, 10) < OLDEST) {
      throw new ConfigError('MONGODB_URL', `names a server of version ${version}; ${OLDEST}.0 or newer is needed`);
    }
    const db = client.db(database ?? nameIn(url));
    // Needs the sign-in, which buildInfo does not.
    await db.collection('schema').findOne({});
    return {
      db,
      collection: (name) => db.collection(name),
      async ping() {
        await db.command({ ping: 1 });
      },
      close: () => client.close(),
    };
  } catch (error) {
    await client.close();
    throw error instanceof ConfigError ? error : new ConfigError('MONGODB_URL', problemOf(error, client));
  }
}

function nameIn(url: string): string {
  return /^[^/]*\/\/[^/]*\/([^?]+)/.exec(url)?.[1] ?? 'hero_logic';
}

function createClient(url: string, onCommand: ConnectOptions['onCommand']): MongoClient {
  const options: MongoClientOptions = {
    appName: 'hero-logic',
    writeConcern: new WriteConcern('majority', undefined, true),
    readConcern: new ReadConcern('majority'),
    readPreference: ReadPreference.primary,
    serverSelectionTimeoutMS: FIND_SERVER_MS,
    connectTimeoutMS: FIND_SERVER_MS,
    heartbeatFrequencyMS: LOOK_EVERY_MS,
    socketTimeoutMS: OPERATION_MS,
    monitorCommands: onCommand !== undefined,
    ignoreUndefined: true,
  };
  try {
    const client = new MongoClient(url, options);
    if (onCommand !== undefined) client.on('commandStarted', ({ command }) => onCommand(command));
    return client;
  } catch (error) {
    throw new ConfigError('MONGODB_URL', `is no usable address: ${(error as Error).message}`);
  }
}

const NO_SIGN_IN = [13, 18];

/** Without the password that the URL may have. */
function problemOf(error: unknown, client: MongoClient): string {
  const hosts = client.options.hosts.map((host) => host.toString()).join(', ');
  const { code, name, message } = error as { code?: unknown; name: string; message: string };
  if (typeof code === 'number' && NO_SIGN_IN.includes(code)) {
    return `names a server at ${hosts} that refuses the sign-in (${message}); put user and password into it, and authSource if they are kept elsewhere`;
  }
  if (name === 'MongoCompatibilityError' || /wire version/.test(message))
    return `names a server at ${hosts} that is too old or no MongoDB: ${message}`;
  return `names ${hosts}, where no MongoDB answers within ${FIND_SERVER_MS / 1000} s (${message}); start it, or set the variable to where it is`;
}
