// Looking at plays.

import type { MongoTexts } from '@hero-logic/platform/mongo';
import { type Pause, questionBytes } from '../domain/pause.ts';
import { isSettled, isTerminal, type Play } from '../domain/play.ts';
import type { PlayDetails, PlayStore } from '../domain/play-store.ts';
import { countedDelivered, fullPauses, pauseHead } from './pause-documents.mongo.ts';
import { type PauseDocument, type SchedulerCollections, STAGE } from './play-documents.mongo.ts';
import { searchPlays, searchSids } from './play-search.mongo.ts';
import { playFrom } from './play-writes.mongo.ts';

type Reads = Pick<
  PlayStore,
  | 'find'
  | 'findByIdempotencyKey'
  | 'findSettled'
  | 'inputData'
  | 'outputData'
  | 'details'
  | 'findPause'
  | 'listOpenQuestions'
  | 'listAnswered'
  | 'list'
  | 'listSids'
  | 'listLive'
  | 'countLive'
  | 'countPending'
  | 'isBusy'
>;

const MAX_RECEIVED = 100;
const MAX_RECEIVED_BYTES = 8 * 1024 * 1024;
const MAX_WAITING_FOR = 1000;
const LIVE = { $lt: STAGE.ended };
const SID_ONLY = { projection: { _id: 1 } } as const;
const DOC_ONLY = { projection: { doc: 1 } } as const;

export function createPlayReads({ plays, pauses }: SchedulerCollections, texts: MongoTexts): Reads {
  const open = (play: string) => ({ play, state: 'open', kind: 'question' });
  const received = (play: string) => ({ play, kind: 'question', answerSeq: { $gte: 0 } });
  const fullList = async (found: Promise<PauseDocument[]>) => fullPauses(texts, await found);
  const listOpenQuestions = (play: string) => fullList(pauses.find(open(play)).sort({ ord: 1 }).toArray());

  async function textOf(sid: string, part: 'input' | 'output'): Promise<string> {
    const found = await plays.findOne({ _id: sid }, { projection: { [part]: 1 } });
    return found === null ? '' : texts.get(found[part]);
  }

  const isWaiting = ({ status }: Play) => status === 'awaiting_resume';

  async function waitingFor(play: Play): Promise<Pause[]> {
    if (!isWaiting(play)) return [];
    const found = pauses.find({ play: play.sid, state: 'open' }).sort({ ord: 1 }).limit(MAX_WAITING_FOR);
    return (await found.toArray()).map(pauseHead);
  }

  /** With one query, unless they wait for so much that each has to be cut. */
  async function waitsOf(listed: readonly Play[]): Promise<Map<string, readonly Pause[]>> {
    const waiting = listed.filter(isWaiting);
    if (waiting.length === 0) return new Map();
    const sids = waiting.map(({ sid }) => sid);
    const open = pauses.find({ play: { $in: sids }, state: 'open' }, { hint: 'open' });
    const found = await open
      .sort({ play: 1, ord: 1 })
      .limit(MAX_WAITING_FOR + 1)
      .toArray();
    if (found.length > MAX_WAITING_FOR)
      return new Map(await Promise.all(waiting.map(async (play) => [play.sid, await waitingFor(play)] as const)));
    const byPlay = Map.groupBy(found, ({ play }) => play);
    return new Map(Array.from(byPlay, ([sid, pausesOfPlay]) => [sid, pausesOfPlay.map(pauseHead)]));
  }

  async function listReceived(play: string): Promise<Pause[]> {
    const found = await fullList(pauses.find(received(play)).sort({ answerSeq: -1 }).limit(MAX_RECEIVED).toArray());
    let bytes = 0;
    const firstOut = found.findIndex((pause) => {
      bytes += questionBytes(pause) + Buffer.byteLength(pause.payload ?? '');
      return bytes > MAX_RECEIVED_BYTES;
    });
    return (firstOut < 0 ? found : found.slice(0, firstOut)).reverse();
  }

  async function details(sid: string): Promise<PlayDetails | undefined> {
    const found = await plays.findOne({ _id: sid });
    if (found === null) return undefined;
    const play = playFrom(found);
    const hasAnswers = play.answers > 0;
    const [inputData, outputData, pending, answered, count, waits] = await Promise.all([
      texts.get(found.input),
      texts.get(found.output),
      isTerminal(play.status) || !found.pauses ? [] : listOpenQuestions(sid),
      hasAnswers ? listReceived(sid) : [],
      hasAnswers ? pauses.countDocuments(received(sid)) : 0,
      waitingFor(play),
    ]);
    const omitted = count - answered.length;
    return { play, inputData, outputData, pending, received: answered, receivedOmitted: omitted, waitingFor: waits };
  }

  return {
    async find(sid) {
      const found = await plays.findOne({ _id: sid }, DOC_ONLY);
      return found === null ? undefined : playFrom(found);
    },
    async findByIdempotencyKey(workflowSid, idempotencyKey) {
      if (idempotencyKey === '') return undefined;
      const found = await plays.findOne({ workflowSid, idempotencyKey }, DOC_ONLY);
      return found === null ? undefined : playFrom(found);
    },
    async findSettled(sid) {
      const found = await plays.findOne({ _id: sid }, DOC_ONLY);
      if (found === null) return undefined;
      const play = playFrom(found);
      const asks = play.status === 'awaiting_resume' && (await pauses.findOne(open(sid), SID_ONLY)) !== null;
      return { play, settled: isSettled(play, asks) };
    },
    inputData: (sid) => textOf(sid, 'input'),
    outputData: (sid) => textOf(sid, 'output'),
    details,
    async findPause(sid, resumeId) {
      const found = await pauses.findOne({ _id: `${sid}/${resumeId}` });
      if (found === null || found.state === 'dropped') return undefined;
      const [pause] = (await fullPauses(texts, [found])) as [Pause];
      if (found.answerSeq < 0 || found.deliveredIn >= 0) return pause;
      const play = await plays.findOne({ _id: sid }, { projection: { deliveredBelow: 1 } });
      return countedDelivered(pause, found, play ?? { deliveredBelow: 0 });
    },
    listOpenQuestions,
    listAnswered: (play) =>
      fullList(
        pauses
          .find({ play, answerSeq: { $gte: 0 } })
          .sort({ answerSeq: 1 })
          .toArray(),
      ),
    async list(query) {
      const { plays: listed, next } = await searchPlays({ plays }, query);
      const waits = await waitsOf(listed);
      return { found: listed.map((play) => ({ play, waitingFor: waits.get(play.sid) ?? [] })), next };
    },
    listSids: (query) => searchSids({ plays }, query),
    listLive: async (workflowSid) =>
      (await plays.find({ workflowSid, stage: LIVE }, SID_ONLY).toArray()).map(({ _id }) => _id),
    countLive: (workflowSid) => plays.countDocuments({ workflowSid, stage: LIVE }),
    countPending: (atMost) =>
      atMost <= 0 ? Promise.resolve(0) : plays.countDocuments({ stage: STAGE.ready }, { limit: atMost, hint: 'ready' }),
    async isBusy() {
      const running = plays.find({ status: 'running' }, { projection: { _id: 1 }, hint: 'leases' }).limit(1);
      const ready = plays.find({ stage: STAGE.ready }, { projection: { _id: 1 }, hint: 'ready' }).limit(1);
      return (await Promise.all([running.hasNext(), ready.hasNext()])).includes(true);
    },
  };
}
