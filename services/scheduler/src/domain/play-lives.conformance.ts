// Plays, and the steps of their lives as the commands take them, for the suites that every store of plays passes.

import { test } from 'vitest';
import { answerChild, childPayload, recordChild } from './child.ts';
import type { PlayCondition } from './filter/condition.ts';
import { NO_LIMITS } from './gates.ts';
import { expireLease, type LeaseGrant } from './lease.ts';
import { answerPause, expirePause, type Question, recordPause, withdrawPause } from './pause.ts';
import { cancel, type Play } from './play.ts';
import type { PlayQuery, PlayStore } from './play-store.ts';
import type { PrefilledAnswer } from './prefill.ts';
import { type RunOutcome, report } from './run.ts';

export interface StoreUnderTest {
  readonly store: PlayStore;
  close(): Promise<void>;
}

export const NOW = 1_800_000_000_000;
export const TTL = 10_000;

export function playOf(sid: string, more: Partial<Play> = {}): Play {
  return {
    ...{ sid, workflowSid: 'w1', workflowName: 'greet', versionSid: 'v1', versionNumber: 1, name: `play ${sid}` },
    ...{ status: 'pending', rev: 1, attempt: 0, lostLeases: 0, prefillOnly: false, idempotencyKey: '' },
    ...{
      concurrencyKey: '',
      concurrencyLimit: 0,
      limits: NO_LIMITS,
      priority: 0,
      tags: {},
      trigger: '',
      parentPlaySid: '',
      parentSpanId: '',
    },
    ...{
      parentResumeId: '',
      depth: 0,
      rootPlaySid: sid,
      warnings: [],
      spanCount: 0,
      createdAt: NOW,
      durationMs: 0,
      waitingMs: 0,
    },
    ...{ sandboxTier: '', inputBytes: 2, answerBytes: 0, childAnswerBytes: 0, questionBytes: 0, answers: 0 },
    ...more,
  };
}

export function questionOf(id: string, more: Partial<Question> = {}): Question {
  return { id, name: id, kind: 'question', spanId: '', schema: '', ui: '', message: '', ...more };
}

let tokens = 0;
export const grant = (): LeaseGrant => ({ token: `t${++tokens}`, executorId: 'e', now: NOW, ttlMs: TTL });
export const query = (conditions: readonly PlayCondition[], more: Partial<PlayQuery> = {}): PlayQuery => ({
  ...{ conditions, beforeSid: '', limit: 50 },
  ...more,
});

/** The sids of one page. */
export async function listSids(store: PlayStore, conditions: readonly PlayCondition[], more: Partial<PlayQuery> = {}) {
  return (await store.list(query(conditions, more))).found.map(({ play }) => play.sid);
}

/** The steps of a play's life as its commands take them. */
export function lifeOf(store: PlayStore) {
  return {
    add: (play: Play, prefill: PrefilledAnswer[] = []) => store.add({ play, inputData: '{}', prefill }),
    claim: (plays = 1, bytes = 1e9, childBytes = 1e9) => store.claim({ plays, slots: plays, bytes, childBytes }, grant),
    record: (sid: string, token: string, question: Question, now = NOW, prefilled?: string) =>
      store.changePause(sid, question.id, (play, pause) =>
        recordPause(play, pause, { token, question, now, prefilled }),
      ),
    answer: (sid: string, id: string, payload: string, now = NOW) =>
      store.changePause(sid, id, (play, pause) => answerPause(play, pause, id, { payload, by: 'me', now })),
    withdraw: (sid: string, id: string, token: string) =>
      store.changePause(sid, id, (play, pause) => withdrawPause(play, pause, token)),
    expirePause: (sid: string, id: string, now: number) =>
      store.changePause(sid, id, (play, pause) => expirePause(play, pause, now)),
    report: (sid: string, token: string, outcome: RunOutcome, now = NOW) =>
      store.change(sid, (found, facts) => {
        const run = { token, outcome, durationMs: 1, spanCount: 0, warnings: [], sandboxTier: '' };
        const { play, status } = report(found, run, facts, now);
        return { play, result: status, ...(status === 'success' && play !== found ? { outputData: `"${sid}"` } : {}) };
      }),
    /** Records a child of this play; its sid. The child's play is `more`. */
    spawn: (sid: string, token: string, id: string, more: Partial<Play> & { group?: string } = {}) => {
      const { group = '', ...rest } = more;
      const play = playOf(`${sid}.${id}`, { parentPlaySid: sid, parentResumeId: id, depth: 1, ...rest });
      const birth = { child: { play, inputData: '{}', prefill: [] } };
      const question = questionOf(id, { kind: 'child' });
      return store.changePause(sid, id, (found, pause) =>
        recordChild(found, pause, { token, question, group, birth, now: NOW }),
      );
    },
    tell: async (childSid: string, now = NOW) => {
      const child = (await store.find(childSid)) as Play;
      const given = { childPlaySid: childSid, payload: childPayload(child, await store.outputData(childSid)), now };
      return store.changePause(child.parentPlaySid, child.parentResumeId, (parent, pause, facts) =>
        answerChild(parent, pause, facts, given),
      );
    },
    cancel: (sid: string, now = NOW) =>
      store.change(sid, (found) => ({ play: cancel(found, '', now), result: undefined })),
    expireLease: (sid: string, now: number) =>
      store.change(sid, (found) => ({ play: expireLease(found, now), result: undefined })),
  };
}

/** Declares a test that gets a fresh store. */
export function givenStore(name: string, create: () => Promise<StoreUnderTest>) {
  return (what: string, body: (store: PlayStore, life: ReturnType<typeof lifeOf>) => Promise<void>) =>
    test(`${name}: ${what}`, async () => {
      const { store, close } = await create();
      try {
        await body(store, lifeOf(store));
      } finally {
        await close();
      }
    });
}
