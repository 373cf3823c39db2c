/**
 * One at a time: claims of plays that have limits count who runs, and then claim. The lock is a document, its time that of the server.
 *
 * A holder that stalls may lose it, and must not claim afterwards what it counted before. So it writes down which play it is about to
 * claim, and whoever takes the lock over first changes that play's `ver`: the late claim finds another one and fails.
 */

import { newToken } from '@hero-logic/platform';
import type { Collection } from '@hero-logic/platform/mongo';
import { insertIfAbsent, type MongoDatabase } from '@hero-logic/platform/mongo';
import type { PlayDocument } from './play-documents.mongo.ts';

export interface ClaimLock {
  /** Undefined: somebody else holds it for longer than a claim may wait. */
  acquire(): Promise<HeldLock | undefined>;
}

export interface HeldLock {
  /** Before a play is counted for. False: the lock is lost, and nothing may be claimed. */
  about(playSid: string): Promise<boolean>;
  release(): Promise<void>;
}

interface LockDocument {
  readonly _id: string;
  readonly token: string;
  readonly playSid: string;
  readonly until: Date;
}

const ID = 'claims';
const HOLD_MS = 5000;
const TRIES = 100;
const PAUSE_MS = 10;

export function createClaimLock(mongo: MongoDatabase, plays: Collection<PlayDocument>): ClaimLock {
  const locks = mongo.collection<LockDocument>('play_locks');

  async function take(token: string): Promise<boolean> {
    const before = await locks.findOneAndUpdate(
      { _id: ID, $expr: { $lt: ['$until', '$$NOW'] } },
      [{ $set: { token, until: { $add: ['$$NOW', HOLD_MS] } } }],
      { returnDocument: 'before' },
    );
    if (before === null) {
      await insertIfAbsent(locks, { _id: ID, token: '', playSid: '', until: new Date(0) });
      return false;
    }
    if (before.playSid !== '') await plays.updateOne({ _id: before.playSid }, { $inc: { ver: 1 } });
    return true;
  }

  function held(token: string): HeldLock {
    const mine = { _id: ID, token, $expr: { $gt: ['$until', '$$NOW'] } };
    return {
      async about(playSid) {
        return (await locks.updateOne(mine, { $set: { playSid } })).matchedCount > 0;
      },
      async release() {
        await locks.updateOne({ _id: ID, token }, { $set: { token: '', playSid: '', until: new Date(0) } });
      },
    };
  }

  return {
    async acquire() {
      const token = newToken();
      for (let tries = 0; tries < TRIES; tries++) {
        if (await take(token)) return held(token);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      return undefined;
    },
  };
}
