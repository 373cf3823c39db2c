// New plays. What a play carries is written before it, so that it is whole once it is there; what was written for a play that turns out to
// be there already is taken away again.

import {
  insertIfAbsent,
  type MongoDatabase,
  type MongoTexts,
  type StoredText,
  unlessThere,
} from '@hero-logic/platform/mongo';
import { DISPLACED, isFresh, keyGateOf } from '../domain/gates.ts';
import { cancel, type Play } from '../domain/play.ts';
import type { AddedPlay, NewPlay, PlayStore } from '../domain/play-store.ts';
import { createKeyPlaces } from './key-places.mongo.ts';
import { longTextsOf, pauseToDocument } from './pause-documents.mongo.ts';
import type { PauseDocument, PlayDocument, PrefillDocument, SchedulerCollections } from './play-documents.mongo.ts';
import { searchFields } from './play-fields.mongo.ts';
import type { PlayGates } from './play-gates.mongo.ts';
import { type PlayWrites, placeFields, playFrom } from './play-writes.mongo.ts';
import type { DeliveryDocument, MongoOutbox } from './webhook-store.mongo.ts';

export interface PlayAddsDeps {
  readonly mongo: MongoDatabase;
  readonly collections: SchedulerCollections;
  readonly texts: MongoTexts;
  readonly writes: PlayWrites;
  readonly gates: PlayGates;
  readonly outbox: MongoOutbox;
}

/** What a play carries, as it is stored. */
interface Cargo {
  readonly input: StoredText;
  readonly output: StoredText;
  readonly prefills: readonly PrefillDocument[];
  readonly pauses: readonly PauseDocument[];
}

export function createPlayAdds(deps: PlayAddsDeps): PlayStore['add'] {
  const { collections, texts, writes, gates, outbox } = deps;
  const { plays, pauses, prefills } = collections;
  const places = createKeyPlaces(deps.mongo, plays);

  async function findKnown({ sid, workflowSid, idempotencyKey }: Play): Promise<Play | undefined> {
    const found =
      (await plays.findOne({ _id: sid })) ??
      (idempotencyKey === '' ? null : await plays.findOne({ workflowSid, idempotencyKey }));
    return found === null ? undefined : playFrom(found);
  }

  async function load({ play, inputData, outputData = '', prefill, pauses: kept = [] }: NewPlay): Promise<Cargo> {
    const cargo = {
      input: await texts.put(inputData),
      output: await texts.put(outputData),
      prefills: await Promise.all(
        prefill.map(async ({ key, payload }, seq) => ({
          ...{ _id: `${play.sid}/${seq}`, play: play.sid, seq, key, usedBy: '' },
          payload: await texts.put(payload),
        })),
      ),
      pauses: await Promise.all(kept.map((pause, index) => pauseToDocument(texts, pause, undefined, index))),
    };
    if (cargo.prefills.length > 0) await unlessThere(() => prefills.insertMany(cargo.prefills, { ordered: false }));
    if (cargo.pauses.length > 0) await unlessThere(() => pauses.insertMany(cargo.pauses, { ordered: false }));
    return cargo;
  }

  async function unload(added: NewPlay, known: Play, cargo: Cargo): Promise<void> {
    // The same play, added twice: its cargo is that of the one that is there.
    const own =
      known.sid === added.play.sid
        ? []
        : [...cargo.prefills.map((one) => one.payload), ...cargo.pauses.flatMap(longTextsOf)];
    await texts.drop([cargo.input, cargo.output, ...own]);
    if (known.sid === added.play.sid) return;
    if (cargo.prefills.length > 0) await prefills.deleteMany({ _id: { $in: cargo.prefills.map(({ _id }) => _id) } });
    if (cargo.pauses.length > 0) await pauses.deleteMany({ _id: { $in: cargo.pauses.map(({ _id }) => _id) } });
  }

  async function insert(added: NewPlay): Promise<{ readonly known?: Play }> {
    const cargo = await load(added);
    const isImported = added.play.importedFrom !== undefined;
    const deliveries = isImported ? [] : await outbox.deliveriesOf({ before: undefined, after: added.play });
    if (await insertIfAbsent(plays, playDocument(added, cargo, deliveries))) {
      if (deliveries.length > 0) await writes.load(added.play.sid);
      return {};
    }
    const known = await findKnown(added.play);
    if (known === undefined) throw new Error(`play ${added.play.sid} is refused, and there is none in its place`);
    await unload(added, known, cargo);
    return { known };
  }

  async function displace(sid: string, now: number): Promise<Play> {
    return writes.inTurn(sid, async () => {
      for (;;) {
        const found = await writes.load(sid);
        const next = cancel(found.play, DISPLACED, now);
        if (next === found.play) return next;
        if (await writes.save(found, next)) return { ...next, rev: found.play.rev + 1 };
      }
    });
  }

  async function addToKey(
    added: NewPlay,
    policy: Exclude<NewPlay['onConflict'], undefined | 'queue'>,
  ): Promise<AddedPlay> {
    const { play } = added;
    const known = await findKnown(play);
    if (known !== undefined) return { play: known, added: false, displaced: [] };
    const taken = await places.take(play, policy, () => findKnown(play));
    if ('known' in taken) return { play: taken.known, added: false, displaced: [] };
    const inserted = await insert(added).finally(() => places.settle(play));
    if (inserted.known !== undefined) return { play: inserted.known, added: false, displaced: [] };
    const displaced: Play[] = [];
    for (const sid of taken.displaced) displaced.push(await displace(sid, play.createdAt));
    await gates.moved(undefined, play);
    return { play, added: true, displaced };
  }

  return async (added) => {
    const { play, onConflict = 'queue' } = added;
    if (onConflict !== 'queue') return writes.inTurn(`key ${keyGateOf(play)}`, () => addToKey(added, onConflict));
    const { known } = await insert(added);
    if (known !== undefined) return { play: known, added: false, displaced: [] };
    await gates.moved(undefined, play);
    return { play, added: true, displaced: [] };
  };
}

function playDocument(
  { play }: NewPlay,
  { input, output, pauses }: Cargo,
  deliveries: readonly DeliveryDocument[],
): PlayDocument {
  const isTold = deliveries.length > 0;
  return {
    _id: play.sid,
    // Above those of the pauses that it brings.
    ver: pauses.length + 1,
    workflowSid: play.workflowSid,
    keyGate: keyGateOf(play),
    leaseExpiresAt: 0,
    idempotencyKey: play.idempotencyKey,
    names: `${play.name}\n${play.workflowName}`.toLowerCase(),
    parentSid: play.parentPlaySid,
    ...searchFields(play),
    errorGroup: '',
    hiddenBy: '',
    untold: false,
    pauses: pauses.length > 0,
    deliveredBelow: 0,
    doc: JSON.stringify(play),
    input,
    output,
    intent: isTold ? { deliveries } : null,
    intentAt: isTold ? Date.now() : 0,
    ...placeFields(play),
    fresh: isFresh(play),
  };
}
