// One play's decisions: load, let the domain decide, save if nobody was faster, else again.

import type { MongoTexts } from '@hero-logic/platform/mongo';
import type { Pause } from '../domain/pause.ts';
import type { Play } from '../domain/play.ts';
import type { PlayStore } from '../domain/play-store.ts';
import type { PlayFacts } from '../domain/run.ts';
import { countedDelivered, fullPauses, longTextsOf, pauseToDocument } from './pause-documents.mongo.ts';
import type { PauseDocument, SchedulerCollections } from './play-documents.mongo.ts';
import type { FoundPlay, PlayWrites } from './play-writes.mongo.ts';

type Changes = Pick<PlayStore, 'change' | 'changePause' | 'takePrefill'>;

export interface PlayChangesDeps {
  readonly collections: SchedulerCollections;
  readonly texts: MongoTexts;
  readonly writes: PlayWrites;
  readonly add: PlayStore['add'];
}

export function createPlayChanges(deps: PlayChangesDeps): Changes {
  const { writes, texts, collections } = deps;
  return {
    change: (sid, decide) =>
      writes.inTurn(sid, async () => {
        for (;;) {
          const found = await writes.load(sid);
          const { play = found.play, outputData, result } = decide(found.play, await readFacts(deps, found));
          if (play === found.play && outputData === undefined) return result;
          const output = outputData === undefined ? undefined : await texts.put(outputData);
          if (await writes.save(found, play, output === undefined ? {} : { output })) return result;
          if (output !== undefined) await texts.drop([output]);
        }
      }),
    async changePause(sid, resumeId, decide) {
      const { child, result } = await writes.inTurn(sid, async () => {
        for (;;) {
          const found = await writes.load(sid);
          const known = await readKnown(deps, found, resumeId);
          const facts = { groupOpen: await isGroupOpen(collections, known?.pause) };
          const change = decide(found.play, known?.pause, facts);
          if (change.play === undefined && change.pause === undefined) return change;
          if (await savePause(deps, found, known, change)) return change;
        }
      });
      if (child !== undefined) await deps.add(child);
      return result;
    },
    takePrefill: (sid, resumeId, name) => writes.inTurn(`${sid}/prefill`, () => takePrefill(deps, sid, resumeId, name)),
  };
}

interface KnownPause {
  readonly document: PauseDocument;
  readonly pause: Pause;
}

async function readKnown(
  { collections, texts }: PlayChangesDeps,
  { document: play }: FoundPlay,
  resumeId: string,
): Promise<KnownPause | undefined> {
  const document = await collections.pauses.findOne({ _id: `${play._id}/${resumeId}` });
  if (document === null || document.state === 'dropped') return undefined;
  const [pause] = (await fullPauses(texts, [document])) as [Pause];
  return { document, pause: countedDelivered(pause, document, play) };
}

async function savePause(
  { writes, texts }: PlayChangesDeps,
  found: FoundPlay,
  known: KnownPause | undefined,
  change: { readonly play?: Play; readonly pause?: Pause; readonly dropsOpen?: boolean },
): Promise<boolean> {
  const { pause, dropsOpen = false } = change;
  const before = known?.document;
  const ver = found.document.ver + 1;
  const document = pause === undefined ? undefined : await pauseToDocument(texts, pause, before, ver);
  const intent = {
    ...(document === undefined ? {} : { pause: document }),
    ...(dropsOpen ? { dropsOpen } : {}),
  };
  const told = pause && { before: known?.pause, after: pause };
  if (await writes.save(found, change.play ?? found.play, { intent, pause: told })) return true;
  const kept = new Set(before === undefined ? [] : longTextsOf(before));
  if (document !== undefined) await texts.drop(longTextsOf(document).filter((text) => !kept.has(text)));
  return false;
}

async function isGroupOpen({ pauses }: SchedulerCollections, pause: Pause | undefined): Promise<boolean> {
  if (pause?.child === undefined || pause.child.group === '') return false;
  const others = { play: pause.playSid, group: pause.child.group, state: 'open', id: { $ne: pause.id } };
  return (await pauses.findOne(others, { projection: { _id: 1 } })) !== null;
}

async function readFacts(
  { collections, texts: _ }: PlayChangesDeps,
  { play, document }: FoundPlay,
): Promise<PlayFacts> {
  const none = { open: false, undelivered: false, deliveredInRun: false, unusedPrefill: [] };
  if (play.status !== 'running') return none;
  const unusedPrefill = play.prefillOnly ? await readUnused(collections, play.sid) : [];
  if (!document.pauses) return { ...none, unusedPrefill };
  const { pauses } = collections;
  const only = { projection: { _id: 1 } } as const;
  const [open, delivered, undelivered] = await Promise.all([
    pauses.findOne({ play: play.sid, state: 'open' }, only),
    pauses.findOne({ play: play.sid, deliveredIn: play.attempt }, only),
    hasRipeAnswer(collections, play.sid, document.deliveredBelow),
  ]);
  return { open: open !== null, undelivered, deliveredInRun: play.attempt > 0 && delivered !== null, unusedPrefill };
}

/** An answer that no run has, and whose group has nothing open. A fan-out has thousands of answers and one group. */
async function hasRipeAnswer({ pauses }: SchedulerCollections, play: string, from: number): Promise<boolean> {
  const groups = await pauses
    .aggregate<{ _id: string }>([
      { $match: { play, answerSeq: { $gte: from }, deliveredIn: -1 } },
      { $group: { _id: '$group' } },
    ])
    .toArray();
  for (const { _id: group } of groups) {
    if (group === '' || (await pauses.findOne({ play, group, state: 'open' })) === null) return true;
  }
  return false;
}

/** Names and ids of which no answer was used, in the order in which they were given. */
async function readUnused({ prefills }: SchedulerCollections, play: string): Promise<string[]> {
  const all = await prefills.find({ play }, { projection: { key: 1, usedBy: 1, seq: 1 } }).toArray();
  all.sort((a, b) => a.seq - b.seq);
  const used = new Set(all.filter(({ usedBy }) => usedBy !== '').map(({ key }) => key));
  return [...new Set(all.map(({ key }) => key))].filter((key) => !used.has(key));
}

async function takePrefill(
  { collections: { prefills }, texts }: PlayChangesDeps,
  play: string,
  resumeId: string,
  name: string,
): Promise<string | undefined> {
  const taken = await prefills.findOne({ play, usedBy: resumeId });
  if (taken !== null) return texts.get(taken.payload);
  for (const key of [resumeId, name]) {
    const next = await prefills.findOneAndUpdate(
      { play, key, usedBy: '' },
      { $set: { usedBy: resumeId } },
      { sort: { seq: 1 } },
    );
    if (next !== null) return texts.get(next.payload);
  }
  return undefined;
}
