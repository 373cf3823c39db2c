// Pauses and their documents.

import type { MongoTexts, StoredText } from '@hero-logic/platform/mongo';
import { dueAt, type Pause, type PauseKind, type PauseState } from '../domain/pause.ts';
import type { PauseDocument, PauseTexts, PlayDocument } from './play-documents.mongo.ts';

/** What of a pause is not searched by and is not long. */
type Rest = Pick<Pause, 'name' | 'spanId' | 'timeoutMs' | 'askedAt' | 'resumedAt' | 'resumedBy'> &
  Pick<Pause, 'rules' | 'claim' | 'votes' | 'escalatesAt' | 'escalatedAt' | 'history'> & {
    /** When it expires (0 = never), if that is not when time next does something to it. */
    readonly expiresAt?: number;
  };

/** The document of a pause; its texts are written when they are new. `before` is what the store has of it. */
export async function pauseToDocument(
  texts: MongoTexts,
  pause: Pause,
  before: PauseDocument | undefined,
  ver: number,
): Promise<PauseDocument> {
  const { payload } = pause;
  const due = dueAt(pause) ?? 0;
  return {
    _id: `${pause.playSid}/${pause.id}`,
    play: pause.playSid,
    id: pause.id,
    ver,
    ord: before?.ord ?? ver,
    kind: pause.kind,
    state: pause.state,
    expiresAt: due,
    answerSeq: pause.answerSeq ?? -1,
    deliveredIn: pause.deliveredIn ?? -1,
    childSid: pause.child?.playSid ?? '',
    group: pause.child?.group ?? '',
    left: before?.left ?? false,
    payloadBytes: payload === undefined ? 0 : Buffer.byteLength(payload),
    doc: JSON.stringify(restOf(pause, due)),
    texts: await textsOf(texts, pause, before?.texts),
  };
}

function restOf(pause: Pause, due: number): Rest {
  const { name, spanId, timeoutMs, askedAt, resumedAt, resumedBy, expiresAt = 0 } = pause;
  const { rules, claim, votes, escalatesAt, escalatedAt, history } = pause;
  return {
    ...{ name, spanId, timeoutMs, askedAt, resumedAt, resumedBy },
    ...{ rules, claim, votes, escalatesAt, escalatedAt, history },
    ...(expiresAt === due ? {} : { expiresAt }),
  };
}

async function textsOf(texts: MongoTexts, pause: Pause, before: PauseTexts | undefined): Promise<PauseTexts> {
  const stored = async (text: string | undefined, known: StoredText | undefined) =>
    text === undefined ? undefined : (known ?? (await texts.put(text)));
  const [schema = '', ui = '', message = '', fallback, payload] = await Promise.all([
    stored(pause.schema, before?.schema),
    stored(pause.ui, before?.ui),
    stored(pause.message, before?.message),
    stored(pause.defaultPayload, before?.default),
    stored(pause.payload, before?.payload),
  ]);
  return {
    ...{ schema, ui, message },
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(payload === undefined ? {} : { payload }),
  };
}

export function longTextsOf({ texts }: PauseDocument): StoredText[] {
  return Object.values(texts);
}

/** A pause without its long texts. */
export function pauseHead(found: PauseDocument): Pause {
  return pauseFrom(found, { schema: '', ui: '', message: '' });
}

/** Pauses with their texts. */
export async function fullPauses(texts: MongoTexts, found: readonly PauseDocument[]): Promise<Pause[]> {
  const all = await texts.getAll(
    found.flatMap(({ texts: t }) => [t.schema, t.ui, t.message, t.default ?? '', t.payload ?? '']),
  );
  return found.map((one, index) => {
    const [schema = '', ui = '', message = '', fallback, payload] = all.slice(index * 5, index * 5 + 5);
    return pauseFrom(one, {
      ...{ schema, ui, message },
      defaultPayload: one.texts.default === undefined ? undefined : fallback,
      payload: one.texts.payload === undefined ? undefined : payload,
    });
  });
}

function pauseFrom(
  found: PauseDocument,
  texts: Pick<Pause, 'schema' | 'ui' | 'message' | 'defaultPayload' | 'payload'>,
): Pause {
  const { expiresAt = found.expiresAt, ...rest } = JSON.parse(found.doc) as Rest;
  return {
    ...rest,
    id: found.id,
    playSid: found.play,
    kind: found.kind as PauseKind,
    state: found.state as PauseState,
    expiresAt: expiresAt === 0 ? undefined : expiresAt,
    answerSeq: found.answerSeq < 0 ? undefined : found.answerSeq,
    deliveredIn: found.deliveredIn < 0 ? undefined : found.deliveredIn,
    child: found.kind === 'child' ? { playSid: found.childSid, group: found.group } : undefined,
    ...texts,
  };
}

/** As it stands: a claim counts all answers so far as delivered, and says so at the play alone. */
export function countedDelivered(
  pause: Pause,
  document: PauseDocument,
  { deliveredBelow }: Pick<PlayDocument, 'deliveredBelow'>,
): Pause {
  const wasClaimed = pause.deliveredIn === undefined && document.answerSeq >= 0 && document.answerSeq < deliveredBelow;
  return wasClaimed ? { ...pause, deliveredIn: 0 } : pause;
}
