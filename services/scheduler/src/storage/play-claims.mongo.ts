// Claims and leases. A claim is one update of one document. Plays without limits are claimed side by side; one with limits alone, under
// the lock, after those before it.

import type { MongoTexts } from '@hero-logic/platform/mongo';
import { isFresh, slotCost } from '../domain/gates.ts';
import { claim, type Lease, type LeaseGrant, type LeaseState, renew } from '../domain/lease.ts';
import type { Answer, Pause } from '../domain/pause.ts';
import { begin, type Play } from '../domain/play.ts';
import type { ClaimedPlay, ClaimLimits, PlayStore } from '../domain/play-store.ts';
import type { ClaimLock, HeldLock } from './claim-lock.mongo.ts';
import { fullPauses } from './pause-documents.mongo.ts';
import { type PauseDocument, type PlayDocument, type SchedulerCollections, STAGE } from './play-documents.mongo.ts';
import { isGated, type PlayGates } from './play-gates.mongo.ts';
import { type FoundPlay, type PlayWrites, playFrom } from './play-writes.mongo.ts';

type Claims = Pick<PlayStore, 'claim' | 'renew' | 'openRates' | 'beginDelayed'>;

export interface PlayClaimsDeps {
  readonly collections: SchedulerCollections;
  readonly texts: MongoTexts;
  readonly writes: PlayWrites;
  readonly gates: PlayGates;
  readonly lock: ClaimLock;
}

const MOST_BEGIN = 500;

export function createPlayClaims(deps: PlayClaimsDeps): Claims {
  const { writes, gates } = deps;

  async function renewOne(playSid: string, token: string, now: number, ttlMs: number): Promise<LeaseState> {
    for (;;) {
      const found = await writes.load(playSid).catch(() => undefined);
      if (found === undefined) return 'lost';
      const { state, play } = renew(found.play, token, now, ttlMs);
      if (state === 'lost' || (await writes.save(found, play, { quiet: true }))) return state;
    }
  }

  async function beginOne(sid: string): Promise<void> {
    for (;;) {
      const found = await writes.load(sid);
      const next = begin(found.play);
      if (next === found.play || (await writes.save(found, next))) return;
    }
  }

  return {
    claim: (limits, grant) => writes.inTurn('claims', () => claimReady(deps, limits, grant)),
    async beginDelayed(now) {
      const due = await deps.collections.plays
        .find({ stage: STAGE.delayed, notBefore: { $lte: now } }, { projection: { _id: 1 } })
        .sort({ notBefore: 1 })
        .limit(MOST_BEGIN)
        .toArray();
      await Promise.all(due.map(({ _id }) => writes.inTurn(_id, () => beginOne(_id))));
      return due.length > 0;
    },
    openRates: (now) => gates.openDueRates(now),
    renew: (leases, now, ttlMs) =>
      Promise.all(
        leases.map(({ playSid, token }) => writes.inTurn(playSid, () => renewOne(playSid, token, now, ttlMs))),
      ),
  };
}

async function claimReady(deps: PlayClaimsDeps, limits: ClaimLimits, grant: () => LeaseGrant): Promise<ClaimedPlay[]> {
  const round = createRound(deps, limits, grant);
  const { now } = round.next();
  await deps.gates.openDueRates(now);
  try {
    while (!round.isOver()) {
      const ready = await deps.collections.plays
        .find({ stage: STAGE.ready })
        .sort({ rank: 1, _id: 1 })
        .limit(limits.plays - round.claimed().length)
        .toArray();
      if (ready.length === 0) break;
      for (const document of ready) if (!round.isOver()) await round.consider(document, playFrom(document));
      await round.settle();
    }
  } finally {
    await round.end();
  }
  const claimed = round.claimed();
  const begun = claimed.filter(({ play }) => play.attempt === 1).map(({ play }) => play.workflowSid);
  if (begun.length > 0) await deps.gates.retryRates([...new Set(begun)], now);
  return claimed;
}

/** One claim call: what it may still take, and what it has taken. */
function createRound(deps: PlayClaimsDeps, limits: ClaimLimits, grant: () => LeaseGrant) {
  const { collections, gates, lock } = deps;
  const claimed: ClaimedPlay[] = [];
  let underWay: Promise<ClaimedPlay | undefined>[] = [];
  let held: HeldLock | undefined;
  let { slots } = limits;
  let bytes = 0;
  let isFull = false;
  let next = grant();

  const taken = () => claimed.length + underWay.length;

  async function settle(): Promise<void> {
    const done = await Promise.all(underWay);
    underWay = [];
    claimed.push(...done.filter((one) => one !== undefined));
  }

  /** Whether it fits; a play that does not ends the claim. */
  async function fits(play: Play): Promise<boolean> {
    const cost = slotCost(play);
    const isTooMuch = cost > slots && (taken() > 0 || !(await isIdle(next.executorId)));
    const size = play.inputBytes + play.answerBytes + Math.min(play.childAnswerBytes, limits.childBytes);
    isFull = isTooMuch || (taken() > 0 && bytes + size > limits.bytes);
    if (isFull) return false;
    slots -= cost;
    bytes += size;
    return true;
  }

  async function isIdle(executorId: string): Promise<boolean> {
    const running = { status: 'running', executorId };
    return (await collections.plays.findOne(running, { projection: { _id: 1 } })) === null;
  }

  /** Undefined: somebody else changed it first. */
  async function take(found: FoundPlay, given: LeaseGrant): Promise<ClaimedPlay | undefined> {
    const play = await claimOne(deps, found, given);
    if (play !== undefined) {
      const [inputData, answers] = await Promise.all([
        deps.texts.get(found.document.input),
        readAnswers(deps, found, limits.childBytes),
      ]);
      return { play, lease: play.lease as Lease, inputData, answers };
    }
    slots += slotCost(found.play);
    return undefined;
  }

  async function considerGated(document: PlayDocument, play: Play): Promise<void> {
    await settle();
    held ??= await lock.acquire();
    if (held === undefined || !(await held.about(play.sid))) {
      isFull = true;
      return;
    }
    if (!(await gates.stillPasses(document, play, next.now)) || !(await fits(play))) return;
    underWay.push(take({ document, play }, next));
    await settle();
    // Those behind it count it from now on as one that has begun.
    if (isFresh(play)) await gates.retryRates([play.workflowSid], next.now);
    next = grant();
  }

  return {
    next: () => next,
    claimed: () => claimed,
    isOver: () => isFull || taken() >= limits.plays || slots <= 0,
    settle,
    async consider(document: PlayDocument, play: Play): Promise<void> {
      if (isGated(play)) return considerGated(document, play);
      if (!(await fits(play))) return;
      underWay.push(take({ document, play }, next));
      next = grant();
    },
    async end() {
      await settle();
      await held?.release();
    },
  };
}

async function claimOne({ writes }: PlayClaimsDeps, found: FoundPlay, grant: LeaseGrant): Promise<Play | undefined> {
  const play = claim(found.play, grant);
  const saved = await writes.save(found, play, { claims: true });
  return saved ? { ...play, rev: found.play.rev + 1 } : undefined;
}

/** In the order in which they came. */
async function readAnswers(deps: PlayClaimsDeps, { play, document }: FoundPlay, childBytes: number): Promise<Answer[]> {
  if (play.answers === 0) return [];
  const all = await deps.collections.pauses
    .find({ play: play.sid, answerSeq: { $gte: 0 } })
    .sort({ answerSeq: 1 })
    .toArray();
  const leftOut = play.childAnswerBytes > childBytes ? tooMuch(all, document.deliveredBelow, childBytes) : new Set();
  const given = await fullPauses(
    deps.texts,
    all.filter((one) => !leftOut.has(one)).map((one) => ({ ...one, texts: onlyPayload(one) })),
  );
  return given.map(toAnswer);
}

function onlyPayload({ texts }: PauseDocument): PauseDocument['texts'] {
  const bare = { schema: '', ui: '', message: '' };
  return texts.payload === undefined ? bare : { ...bare, payload: texts.payload };
}

function toAnswer({ id, name, payload, state }: Pause): Answer {
  return { id, name, payload: payload ?? '', expired: state === 'expired' };
}

/** The answers of children that do not fit: those that no run has been given go first, the others are recorded steps by now. */
function tooMuch(all: readonly PauseDocument[], deliveredBelow: number, childBytes: number): Set<PauseDocument> {
  const children = all.filter(({ kind }) => kind === 'child');
  const isNew = ({ deliveredIn, answerSeq }: PauseDocument) => deliveredIn < 0 && answerSeq >= deliveredBelow;
  const ordered = [...children.filter(isNew), ...children.filter((one) => !isNew(one))];
  let bytes = 0;
  const firstOut = ordered.findIndex(({ payloadBytes }) => {
    bytes += payloadBytes;
    return bytes > childBytes;
  });
  return new Set(firstOut < 0 ? [] : ordered.slice(firstOut));
}
