// Who may answer: those whom the rules of a question name and nobody else, so many as they ask for, one at a time where somebody claims it,
// and others once it has escalated; a start that brings its answers is no way around them.

import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { createFakeClock, type FakeClock } from '@hero-logic/platform/testing';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { AnswerEventKind } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import { TriggerKind } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHarness, failure, type Harness } from './harness.ts';

let h: Harness;
let clock: FakeClock;
beforeEach(() => {
  clock = createFakeClock();
  const groups = new Map([['finance', new Set(['ana', 'bo', 'cy'])]]);
  h = createHarness({ clock, config: { groups } });
});
afterEach(() => h.close());

type Rules = NonNullable<Parameters<Harness['pause']>[2]>['rules'];
const as = (name: string) => (name === '' ? {} : { headers: { 'x-hero-user': encodeURIComponent(name) } });

/** Reply to the answer that stands. */
const STANDS = { ok: true, resumedAt: expect.anything() };

/** A play that waits at a question with these rules, started by Ana. */
async function asked(rules: Rules, more = {}) {
  const { sid: playSid } = await h.plays.startPlay({ workflow: { case: 'workflowSid', value: 'w1' } }, as('ana'));
  const { lease } = await h.claim();
  await h.pause(lease, 'q', { ...(rules === undefined ? {} : { rules }), ...more });
  const about = { playSid, resumeId: 'q' };
  return {
    playSid,
    lease,
    answer: (by: string, payloadJson = 'true', request = {}) =>
      h.plays.resumePlay({ ...about, payloadJson, ...request }, as(by)),
    claim: (by: string, ms?: number) =>
      h.plays.claimResume({ ...about, ...(ms === undefined ? {} : { expiresIn: durationFromMs(ms) }) }, as(by)),
    release: (by: string) => h.plays.releaseResume(about, as(by)),
    question: async () => {
      const play = await h.plays.getPlay({ playSid, withSpans: false });
      return [...play.pendingResumes, ...play.receivedResumes].find(({ id }) => id === 'q');
    },
  };
}

test('only those whom the rules name, and not who started the play', async () => {
  const one = await asked({ assignees: ['dan'], groups: ['finance'], noSelfApproval: true });
  for (const [by, words] of [
    ['eve', 'these may: dan, group finance'],
    ['ana', 'started the play'],
    ['', 'say who you are'],
  ] as const) {
    const refused = await failure(one.answer(by));
    expect([refused.reason, refused.message]).toEqual(['ANSWER_NOT_ALLOWED', expect.stringContaining(words)]);
  }
  expect(await one.answer('bo')).toMatchObject(STANDS);
  expect(await one.question()).toMatchObject({
    resumedBy: 'bo',
    rules: { assignees: ['dan'], groups: ['finance'], quorum: 1, noSelfApproval: true },
    history: [{ kind: AnswerEventKind.ANSWERED, by: 'bo' }],
  });
  // Where no key says who answers, what the caller says counts; a key counts above it.
  const two = await asked({ assignees: ['dan'] });
  expect((await failure(two.answer('eve', 'true', { resumedBy: 'dan' }))).reason).toBe('ANSWER_NOT_ALLOWED');
  expect(await two.answer('', 'true', { resumedBy: 'dan' })).toMatchObject(STANDS);
  // Without rules everybody may, as ever.
  const three = await asked(undefined);
  expect(await three.answer('')).toMatchObject({ ok: true });
  expect((await three.question())?.rules).toBeUndefined();
});

test('a fork and a child have the starters of what they come from', async () => {
  const first = await asked(undefined);
  await h.plays.forkPlay({ playSid: first.playSid }, as('bo'));
  const { lease } = await h.claim();
  await h.pause(lease, 'q', { rules: { groups: ['finance'], noSelfApproval: true } });
  const answer = (by: string) =>
    h.plays.resumePlay({ playSid: lease.playSid, resumeId: 'q', payloadJson: '1' }, as(by));
  for (const by of ['ana', 'bo']) expect((await failure(answer(by))).message, by).toContain('started the play');
  expect(await answer('cy')).toMatchObject({ ok: true });
});

test('who fires a trigger has started its play', async () => {
  const { sid } = await h.triggers.createTrigger({
    workflow: { case: 'workflowSid', value: 'w1' },
    kind: TriggerKind.ONCE,
    spec: '{"at":"2026-12-24T18:00:00Z"}',
  });
  await h.triggers.fireTrigger({ triggerSid: sid }, as('ana'));
  const { lease } = await h.claim();
  await h.pause(lease, 'q', { rules: { noSelfApproval: true } });
  const answer = (by: string) =>
    h.plays.resumePlay({ playSid: lease.playSid, resumeId: 'q', payloadJson: '1' }, as(by));
  expect((await failure(answer('ana'))).message).toContain('started the play');
  expect(await answer('bo')).toMatchObject({ ok: true });
});

test('a quorum counts different people who agree; each may change their mind until then', async () => {
  const one = await asked({ groups: ['finance'], quorum: 2 });
  expect(await one.answer('ana', '{"pay": 1}')).toMatchObject({ ok: true, missing: 1 });
  expect(await one.answer('ana', '{"pay":1.0}'), 'one person, twice').toMatchObject({ missing: 1 });
  expect(await one.answer('bo', '{"pay":2}')).toMatchObject({ missing: 1 });
  const { votes, history, payload } = (await one.question()) ?? {};
  expect(votes).toMatchObject([{ by: 'ana', payload: '{"pay": 1}' }, { by: 'bo' }]);
  expect(history?.map(({ kind, by }) => [kind, by])).toEqual([
    [AnswerEventKind.VOTED, 'ana'],
    [AnswerEventKind.VOTED, 'bo'],
  ]);
  expect(payload).toBe('');
  const moves = await failure(one.answer('cy', '3', { versionSid: 'w1-v2' }));
  expect(moves.violations).toMatchObject([{ field: 'version_sid' }]);
  expect((await failure(one.answer('cy', JSON.stringify('x'.repeat(20_000))))).reason).toBe('TOO_LARGE');
  const settled = await one.answer('bo', '{"pay":1}');
  expect(settled).toMatchObject(STANDS);
  expect(await one.question()).toMatchObject({ resumedBy: 'ana, bo', payload: '{"pay":1}' });
  expect((await failure(one.answer('cy', '{"pay":2}'))).reason).toBe('RESUME_ALREADY_ANSWERED');
});

test('a claim keeps others from answering until it is given back, used or over', async () => {
  const one = await asked({ groups: ['finance'] });
  expect(await one.claim('ana')).toMatchObject({ claim: { by: 'ana' } });
  for (const call of [() => one.claim('bo'), () => one.answer('bo'), () => one.release('bo'), () => one.answer('cy')]) {
    const refused = await failure(call());
    expect([refused.reason, refused.message]).toEqual([
      'RESUME_CLAIMED',
      expect.stringContaining('by ana, until 2026-'),
    ]);
  }
  expect((await failure(one.claim('eve'))).reason).toBe('ANSWER_NOT_ALLOWED');
  expect((await one.release('ana')).claim).toBeUndefined();
  expect(await one.release('ana'), 'again').toMatchObject({ id: 'q' });
  await one.claim('bo', 60_000);
  await clock.advance(30_000);
  await one.claim('bo', 60_000);
  await clock.advance(59_999);
  expect((await failure(one.claim('ana'))).reason).toBe('RESUME_CLAIMED');
  await clock.advance(1);
  await one.claim('ana');
  expect(await one.answer('ana')).toMatchObject(STANDS);
  const question = await one.question();
  expect(question?.claim).toBeUndefined();
  const { CLAIMED, RELEASED, ANSWERED } = AnswerEventKind;
  expect(question?.history.map(({ kind }) => kind)).toEqual([CLAIMED, RELEASED, CLAIMED, CLAIMED, ANSWERED]);
  expect((await failure(one.claim('ana'))).reason).toBe('RESUME_ALREADY_ANSWERED');
});

test('a question without rules can be claimed by everybody who says who they are', async () => {
  const two = await asked(undefined);
  expect((await failure(two.claim(''))).violations).toMatchObject([{ field: 'by' }]);
  await two.claim('dan');
  expect((await failure(two.answer(''))).reason).toBe('RESUME_CLAIMED');
  expect((await failure(h.plays.claimResume({ playSid: two.playSid, resumeId: 'nothing', by: 'x' }))).reason).toBe(
    'RESUME_NOT_FOUND',
  );
});

test('what nobody answers in time escalates, and expires all the same', async () => {
  const escalateAfter = durationFromMs(60_000);
  const rules = { assignees: ['ana'], escalateAfter, escalateTo: ['dan', 'finance'] };
  const one = await asked(rules, { timeoutMs: 120_000n, hasDefault: true, defaultPayload: '"late"' });
  expect(await one.question()).toMatchObject({ escalatesAt: expect.anything(), expiresAt: expect.anything() });
  expect((await failure(one.answer('dan'))).reason).toBe('ANSWER_NOT_ALLOWED');
  await clock.advance(60_000);
  await vi.waitFor(async () => expect((await one.question())?.escalatedAt).toBeDefined());
  const question = await one.question();
  expect(question).toMatchObject({ history: [{ kind: AnswerEventKind.ESCALATED, by: '' }] });
  expect(question?.escalatesAt).toBeUndefined();
  const subject = { play_sid: one.playSid, resume_id: question?.id };
  await vi.waitFor(() =>
    expect(h.audited).toMatchObject([
      { method: 'PlayService.Escalate', caller: '', namespace: 'default', refusal: '', subject },
    ]),
  );
  await clock.advance(60_000);
  await vi.waitFor(async () => expect(await one.question()).toMatchObject({ resumedBy: 'default', payload: '"late"' }));
});

test('once escalated, people and groups of escalate_to may answer as well', async () => {
  const escalateAfter = durationFromMs(5000);
  const two = await asked({ assignees: ['ana'], escalateAfter, escalateTo: ['dan', 'finance'] });
  await clock.advance(5000);
  await vi.waitFor(async () => expect((await two.question())?.escalatedAt).toBeDefined());
  expect((await failure(two.answer('eve'))).message).toContain('these may: ana, dan, finance');
  expect(await two.answer('bo')).toMatchObject(STANDS);
});

test('rules that cannot be met fail the play, and say why', async () => {
  const refusal = async (rules: Rules) => {
    await h.start();
    const { lease } = await h.claim();
    return (await h.pause(lease, 'q', { rules })).refused;
  };
  expect(await refusal({ groups: ['nobody'] })).toContain('its group "nobody" is not in HERO_LOGIC_GROUPS');
  expect(await refusal({ assignees: ['a', 'b'], quorum: 3 })).toContain('needs 3 people, and only 2 may answer');
  expect(await refusal({ groups: ['finance'], assignees: ['ana', 'dan'], quorum: 5 })).toContain('only 4 may answer');
  expect(await refusal({ escalateTo: ['x'] })).toContain('only good together');
  expect(await refusal({ escalateTo: ['x'], escalateAfter: durationFromMs(1) })).toContain('nobody to escalate to');
  // Ana started it, Bo its fork: of three only one is left.
  const { sid: playSid } = await h.plays.startPlay({ workflow: { case: 'workflowSid', value: 'w1' } }, as('ana'));
  await h.claim();
  await h.plays.forkPlay({ playSid }, as('bo'));
  const { lease } = await h.claim();
  const rules = { groups: ['finance'], noSelfApproval: true };
  expect((await h.pause(lease, 'q', { rules: { ...rules, quorum: 2 } })).refused).toContain(
    'needs 2 people, and only 1 may answer: not ana, bo, who started the play',
  );
  expect(await h.pause(lease, 'r', { rules })).toMatchObject({ refused: '' });
});

test('an answer that the start brings is that of who started the play', async () => {
  const refusal = async (by: string, rules: Rules) => {
    const start = { workflow: { case: 'workflowSid' as const, value: 'w1' }, prefillResumesJson: '{"q": true}' };
    await h.plays.startPlay(start, as(by));
    const { lease } = await h.claim();
    return h.pause(lease, 'q', { rules });
  };
  expect((await refusal('eve', { groups: ['finance'] })).refused).toContain(
    'may not be answered by who started the play',
  );
  expect((await refusal('ana', { noSelfApproval: true })).refused).toContain('may not be answered by who started');
  expect((await refusal('ana', { groups: ['finance'], quorum: 2 })).refused).toContain('needs the answers of 2 people');
  for (const by of ['ana', '']) {
    expect(await refusal(by, { groups: ['finance'] })).toMatchObject({ refused: '', answer: { payload: 'true' } });
  }
});

test('links answer no question that has rules', async () => {
  const one = await asked({ assignees: ['ana'] });
  const refused = await failure(h.plays.createResumeUrl({ playSid: one.playSid, resumeId: 'q' }));
  expect([refused.reason, refused.message]).toEqual([
    'ANSWER_NOT_ALLOWED',
    expect.stringContaining('a link says nothing'),
  ]);
  expect((await h.plays.getPlay({ playSid: one.playSid, withSpans: false })).status).toBe(PlayStatus.RUNNING);
});
