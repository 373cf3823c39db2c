/**
 * The gates of plays (domain/gates.ts) on MongoDB. Field `stage` says where each play stands; one that stands at a closed gate is outside
 * the index that claims read.
 *
 * Letting a play through a gate is only a hint: any process may do it at any time, and a claim looks again (`stillPasses`), under a lock
 * that one claim of limited plays holds at a time (claim-lock.mongo.ts). So limits hold whatever happens at once. A place that is given
 * up is looked at after it is given up, a play that comes to a gate after it is written: one of the two sees the other. What a crash in
 * between leaves standing is let in by `repair`.
 */

import type { Collection, MongoDatabase } from '@hero-logic/platform/mongo';
import { type Gate, type GateKind, gatesOf, isFresh, keyGateOf, RATE_WINDOW_MS, rankOf } from '../domain/gates.ts';
import { isTerminal, type Play } from '../domain/play.ts';
import { createCoalescer } from './coalesce.ts';
import { type PlayDocument, STAGE, type Stage } from './play-documents.mongo.ts';
import { playFrom } from './play-writes.mongo.ts';

export interface PlayGates {
  /** A play was written in another place than before; absent before = it is new. */
  moved(before: Play | undefined, after: Play): Promise<void>;
  /** Whether a ready play still passes all its gates; else it stands at the closed one from now on. */
  stillPasses(document: PlayDocument, play: Play, now: number): Promise<boolean>;
  /** Plays of these workflows have begun: their rates may open at another moment now. */
  retryRates(workflowSids: readonly string[], now: number): Promise<void>;
  /** Lets in who stands at a rate that is open by now; whether there was such a rate. */
  openDueRates(now: number): Promise<boolean>;
  /** When the next rate opens; undefined = none is closed, or only a claim can tell. */
  nextRateOpening(): Promise<number | undefined>;
  /** Tries everybody who stands at a gate. */
  repair(now: number): Promise<void>;
}

interface RateDocument {
  /** The workflow. */
  readonly _id: string;
  readonly opensAt: number;
}

const NEVER = Number.MAX_SAFE_INTEGER;

export function createPlayGates(mongo: MongoDatabase, plays: Collection<PlayDocument>): PlayGates {
  const rates = mongo.collection<RateDocument>('play_rates');
  const coalesced = createCoalescer();
  const count = (filter: object, limit: number) => (limit <= 0 ? 0 : plays.countDocuments(filter, { limit }));

  async function stageOf(play: Play, now: number): Promise<Stage> {
    for (const gate of gatesOf(play)) if (!(await isOpen(gate, play, now))) return STAGE[gate.kind];
    return STAGE.ready;
  }

  // Who stands before it is asked first: one that is let through meanwhile is then counted among those who passed.
  async function isOpen(gate: Gate, play: Play, now: number): Promise<boolean> {
    if (await isBehind(gate.kind, play)) return false;
    if (gate.kind === 'key') return (await takenOfKey(play, gate.limit)) < gate.limit;
    if (gate.kind === 'workflow') return (await takenOfWorkflow(play, gate.limit)) < gate.limit;
    const opensAt = await rateOpensAt(play, gate.limit);
    if (opensAt <= now) return true;
    await rates.updateOne({ _id: play.workflowSid }, { $min: { opensAt } }, { upsert: true });
    return false;
  }

  async function isBehind(kind: GateKind, play: Play): Promise<boolean> {
    const whom = kind === 'key' && !isFresh(play) ? [false] : [false, true];
    const standing = { ...scopeOf(kind, play), stage: STAGE[kind], fresh: { $in: whom }, ...better(play) };
    return (await plays.findOne(standing, { projection: { _id: 1 } })) !== null;
  }

  async function takenOfKey(play: Play, atMost: number): Promise<number> {
    const scope = scopeOf('key', play);
    const passed = isFresh(play) ? [STAGE.rate, STAGE.workflow, STAGE.ready] : [STAGE.workflow, STAGE.ready];
    const ahead = await count({ ...scope, stage: { $in: passed }, ...better(play) }, atMost);
    return ahead + (await count({ ...scope, stage: STAGE.running }, atMost - ahead));
  }

  async function takenOfWorkflow(play: Play, atMost: number): Promise<number> {
    const scope = scopeOf('workflow', play);
    const ahead = await count({ ...scope, stage: STAGE.ready, ...better(play) }, atMost);
    return ahead + (await count({ ...scope, stage: STAGE.running }, atMost - ahead));
  }

  async function rateOpensAt(play: Play, limit: number): Promise<number> {
    const { workflowSid } = play;
    const passed = { workflowSid, stage: { $in: [STAGE.workflow, STAGE.ready] }, fresh: true, ...better(play) };
    const before = await count(passed, limit);
    if (before >= limit) return NEVER;
    const [start] = await plays
      .find({ workflowSid, startedAt: { $gt: 0 } }, { projection: { startedAt: 1 } })
      .sort({ startedAt: -1 })
      .skip(limit - 1 - before)
      .limit(1)
      .toArray();
    return start === undefined ? 0 : start.startedAt + RATE_WINDOW_MS;
  }

  /** Tries those that stand at a gate, best first, until the best cannot pass. */
  function moveUp(kind: GateKind, scope: string, now: number): Promise<void> {
    return coalesced(`${kind} ${scope}`, async () => {
      while (await moveOne(kind, scope, now));
    });
  }

  async function moveOne(kind: GateKind, scope: string, now: number): Promise<boolean> {
    for (const document of await readHeads(kind, scope)) {
      const stage = await stageOf(playFrom(document), now);
      if (stage === STAGE[kind]) continue;
      await setStage(document, stage);
      return true;
    }
    return false;
  }

  /** The best of those that never ran and the best of those that did, the better one first: a gate can be closed to one and open to the other. */
  async function readHeads(kind: GateKind, scope: string): Promise<PlayDocument[]> {
    const of = kind === 'key' ? { keyGate: scope } : { workflowSid: scope };
    const heads = await Promise.all(
      [false, true].map((fresh) => plays.findOne({ ...of, stage: STAGE[kind], fresh }, { sort: { rank: 1, _id: 1 } })),
    );
    return heads.filter((head) => head !== null).sort((a, b) => a.rank - b.rank || (a._id < b._id ? -1 : 1));
  }

  /** Unless it changed meanwhile: then whoever changed it has seen to its place. */
  async function setStage({ _id, ver, stage: from }: PlayDocument, stage: Stage): Promise<void> {
    await plays.updateOne({ _id, ver, stage: from }, { $set: { stage } });
  }

  /** Those behind one that left its place move up. */
  async function left(before: Play): Promise<void> {
    // The time that the play itself knows: an earlier one only keeps a rate closed until the next claim looks.
    const now = before.lease?.renewedAt ?? before.readyAt ?? before.createdAt;
    const key = keyGateOf(before);
    if (key !== '') await moveUp('key', key, now);
    await moveUp('workflow', before.workflowSid, now);
    if (before.status !== 'pending' || !isFresh(before)) return;
    await rates.updateOne({ _id: before.workflowSid }, { $set: { opensAt: 0 } });
  }

  async function openRate(workflowSid: string, now: number): Promise<void> {
    await rates.deleteOne({ _id: workflowSid });
    await moveUp('rate', workflowSid, now);
  }

  return {
    async moved(before, after) {
      const hadPlace = before?.status === 'pending' || before?.status === 'running';
      if (before !== undefined && hadPlace && after.status !== 'running') await left(before);
      if (after.status !== 'pending' || after.hold !== undefined || after.notBefore !== undefined) return;
      const [first] = gatesOf(after);
      if (first === undefined) return;
      const scope = first.kind === 'key' ? keyGateOf(after) : after.workflowSid;
      await moveUp(first.kind, scope, after.readyAt ?? after.createdAt);
    },
    async stillPasses(document, play, now) {
      const stage = await stageOf(play, now);
      if (stage === STAGE.ready) return true;
      await setStage(document, stage);
      const key = keyGateOf(play);
      if (stage < STAGE.workflow && key !== '') await moveUp('key', key, now);
      if (stage < STAGE.workflow) await moveUp('workflow', play.workflowSid, now);
      if (stage < STAGE.rate) await this.retryRates([play.workflowSid], now);
      return false;
    },
    async retryRates(workflowSids, now) {
      const queued = await rates.find({ _id: { $in: [...workflowSids] } }).toArray();
      for (const { _id } of queued) await openRate(_id, now);
    },
    async openDueRates(now) {
      const due = await rates.find({ opensAt: { $lte: now } }).toArray();
      for (const { _id } of due) await openRate(_id, now);
      return due.length > 0;
    },
    async nextRateOpening() {
      const next = await rates.findOne({ opensAt: { $lt: NEVER } }, { sort: { opensAt: 1 } });
      return next?.opensAt;
    },
    async repair(now) {
      const standing = async (field: 'keyGate' | 'workflowSid', filter: object) =>
        (await plays.aggregate<{ _id: string }>([{ $match: filter }, { $group: { _id: `$${field}` } }]).toArray()).map(
          ({ _id }) => _id,
        );
      const keys = await standing('keyGate', { keyGate: { $gt: '' }, stage: STAGE.key });
      for (const key of keys) await moveUp('key', key, now);
      for (const kind of ['rate', 'workflow'] as const) {
        const workflows = await standing('workflowSid', { workflowSid: { $gt: '' }, stage: STAGE[kind] });
        for (const workflow of workflows) await moveUp(kind, workflow, now);
      }
    },
  };
}

function scopeOf(kind: GateKind, play: Play): { keyGate: string } | { workflowSid: string } {
  return kind === 'key' ? { keyGate: keyGateOf(play) } : { workflowSid: play.workflowSid };
}

function better(play: Play): object {
  const rank = rankOf(play);
  return { $or: [{ rank: { $lt: rank } }, { rank, _id: { $lt: play.sid } }] };
}

/** Whether it has a say in whether others run. */
export function isGated(play: Play): boolean {
  return !isTerminal(play.status) && gatesOf(play).length > 0;
}
