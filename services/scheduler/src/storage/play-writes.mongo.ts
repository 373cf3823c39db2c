/**
 * One play's change, atomic although it touches more than one document.
 *
 * - A change is one update of the play's document, made only if its `ver` is still the one that the decision saw. What else the change
 *   does (to pauses, and to what webhooks are told) stands in that document as an intent, and is done right after.
 * - Whoever decides about a play first does the intent that he finds: so every decision sees pauses and play as of one moment. What a
 *   crash leaves undone is done by the next decision, or by `finish` some seconds later.
 * - Doing an intent twice, or late, changes nothing: every pause knows the `ver` that it was written with, and takes no older one. For
 *   the same reason a forgotten pause stays as 'dropped'.
 * - Within this process the changes of one play wait for each other, so that they do not lose races among themselves.
 */

import { createKeyedQueue, type KeyedQueue } from '@hero-logic/platform';
import { isDuplicate, type StoredText } from '@hero-logic/platform/mongo';
import { playNotFound } from '../domain/errors.ts';
import { gatesOf, isFresh, rankOf } from '../domain/gates.ts';
import { isFailure, isTerminal, type Play } from '../domain/play.ts';
import type { PlayStep } from '../domain/webhook/play-events.ts';
import {
  type Intent,
  type PlayDocument,
  type SchedulerCollections,
  STAGE,
  type Stage,
} from './play-documents.mongo.ts';
import type { MongoOutbox } from './webhook-store.mongo.ts';

export interface FoundPlay {
  readonly play: Play;
  readonly document: PlayDocument;
}

export interface PlayWrites {
  readonly inTurn: KeyedQueue;
  /** With its intent done. PLAY_NOT_FOUND. */
  load(sid: string): Promise<FoundPlay>;
  /** False: somebody else changed it meanwhile, and nothing was written. */
  save(found: FoundPlay, next: Play, more?: SaveOptions): Promise<boolean>;
  /** Does what a crash left undone. */
  finish(now: number): Promise<void>;
}

export interface SaveOptions {
  readonly intent?: Intent;
  /** The pause that is written with it, for those who hear of it. */
  readonly pause?: PlayStep['pause'];
  readonly output?: StoredText;
  /** The rev stays: nothing that a watcher would want to see. */
  readonly quiet?: boolean;
  /** Only while it is ready; the answers so far are given with it. */
  readonly claims?: boolean;
}

/** After so long an intent is nobody's any more. */
const LEFT_AFTER_MS = 3000;
const BATCH = 200;

export function createPlayWrites(
  { plays, pauses }: SchedulerCollections,
  onMoved: (before: Play, after: Play) => Promise<void>,
  outbox: MongoOutbox,
): PlayWrites {
  async function done(document: PlayDocument): Promise<void> {
    const { _id: play, ver, intent } = document;
    if (intent === null) return;
    const { pause, dropsOpen, withdrawsOpen, deliveries = [] } = intent;
    await outbox.put(deliveries);
    if (pause !== undefined) await replacePause(pause);
    const before = { play, ver: { $lt: ver } };
    if (dropsOpen) {
      // Those that are withdrawn are in no other index.
      const _id = { $gt: `${play}/`, $lt: `${play}0` };
      const states = { state: { $in: ['open', 'withdrawn'] }, kind: { $in: ['question', 'timer'] } };
      await pauses.updateMany({ ...before, ...states, _id }, { $set: { state: 'dropped', ver } });
    }
    if (withdrawsOpen) await pauses.updateMany({ ...before, state: 'open' }, { $set: { state: 'withdrawn', ver } });
    // It may get lost: then it is done again.
    const lightly = { writeConcern: { w: 1, j: false } } as const;
    await plays.updateOne({ _id: play, ver }, { $set: { intent: null, intentAt: 0 } }, lightly);
  }

  async function replacePause({ _id, ...pause }: NonNullable<Intent['pause']>): Promise<void> {
    try {
      await pauses.replaceOne({ _id, ver: { $lt: pause.ver } }, pause, { upsert: true });
    } catch (error) {
      if (!isDuplicate(error)) throw error; // it is there, as new as this or newer
    }
  }

  async function load(sid: string): Promise<FoundPlay> {
    const document = await plays.findOne({ _id: sid });
    if (document === null) throw playNotFound(sid);
    await done(document);
    return { document, play: playFrom(document) };
  }

  return {
    inTurn: createKeyedQueue(),
    load,
    async save({ document, play: before }, after, { intent, pause, output, quiet = false, claims = false } = {}) {
      const next = { ...after, rev: quiet ? before.rev : before.rev + 1 };
      const ends = isTerminal(next.status) && !isTerminal(before.status);
      const withdrawsOpen = ends && document.pauses;
      const deliveries = quiet ? [] : await outbox.deliveriesOf({ before, after: next, pause });
      const beside = { ...(withdrawsOpen ? { withdrawsOpen } : {}), ...(deliveries.length > 0 ? { deliveries } : {}) };
      const all = intent === undefined && Object.keys(beside).length === 0 ? null : { ...intent, ...beside };
      const moves = !isSamePlace(before, next);
      const written = {
        ver: document.ver + 1,
        leaseExpiresAt: next.lease?.expiresAt ?? 0,
        doc: JSON.stringify(next),
        intent: all,
        intentAt: all === null ? 0 : Date.now(),
        ...(intent?.pause === undefined ? {} : { pauses: true }),
        ...(output === undefined ? {} : { output }),
        ...(ends && next.parentResumeId !== '' ? { untold: true } : {}),
        ...(ends ? { ungrouped: isFailure(next) } : {}),
        ...(moves ? placeFields(next) : {}),
        ...(claims ? { deliveredBelow: before.answers } : {}),
      };
      if (claims) await done(document);
      const asRead = { _id: document._id, ver: document.ver, ...(claims ? { stage: STAGE.ready } : {}) };
      const { matchedCount } = await plays.updateOne(asRead, { $set: written });
      if (matchedCount === 0) return false;
      await done({ ...document, ...written });
      if (moves) await onMoved(before, next);
      return true;
    },
    async finish(now) {
      for (;;) {
        const left = await plays
          .find({ intentAt: { $gt: 0, $lt: now - LEFT_AFTER_MS } })
          .limit(BATCH)
          .toArray();
        await Promise.all(left.map(done));
        if (left.length < BATCH) return;
      }
    },
  };
}

export function playFrom({ doc }: Pick<PlayDocument, 'doc'>): Play {
  return JSON.parse(doc) as Play;
}

/** By what it is found and ordered. A ready play stands at its first gate until it is let through. */
export function placeFields(play: Play) {
  return {
    versionSid: play.versionSid,
    versionNumber: play.versionNumber,
    status: play.status,
    endedAt: play.completedAt ?? 0,
    rank: rankOf(play),
    stage: firstStage(play),
    fresh: isFresh(play),
    notBefore: play.notBefore ?? 0,
    startedAt: play.startedAt ?? 0,
    executorId: play.lease?.executorId ?? '',
  };
}

function firstStage(play: Play): Stage {
  if (play.status === 'running') return STAGE.running;
  if (play.status === 'awaiting_resume') return STAGE.waiting;
  if (isTerminal(play.status)) return STAGE.ended;
  if (play.hold !== undefined) return STAGE.held;
  if (play.notBefore !== undefined) return STAGE.delayed;
  const [first] = gatesOf(play);
  return first === undefined ? STAGE.ready : STAGE[first.kind];
}

function isSamePlace(before: Play, next: Play): boolean {
  const isHeldAsBefore = (next.hold === undefined) === (before.hold === undefined);
  const isTimedAsBefore = next.notBefore === before.notBefore;
  return next.status === before.status && isHeldAsBefore && isTimedAsBefore && next.versionSid === before.versionSid;
}
