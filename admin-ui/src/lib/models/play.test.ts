import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { SpanSchema, SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { PlaySchema, PlayStatus, WaitKind } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { ResumeRequestSchema } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import { expect, test } from 'vitest';
import { agreeing, claimNow, hasAnswerRules } from './answer-rules.ts';
import { asksAPerson, mergeInPlace, playFromPb, statusWord, timesNow } from './play.ts';
import { questionFromPb, questionLine } from './question.ts';
import { failureLine, spanFromPb, took } from './span.ts';
import { playStatusFromPb, STATUS_WORD, spanStatusFromPb } from './status.ts';

test('every status of the wire has a word, and an unknown one is shown as failed', () => {
  const plays = Object.values(PlayStatus).filter((v) => typeof v === 'number');
  const spans = Object.values(SpanStatus).filter((v) => typeof v === 'number');
  for (const s of plays) expect(STATUS_WORD[playStatusFromPb(s)]).toBeTruthy();
  for (const s of spans) expect(STATUS_WORD[spanStatusFromPb(s)]).toBeTruthy();
  expect(playStatusFromPb(99 as PlayStatus)).toBe('failed');
  expect(spanStatusFromPb(99 as SpanStatus)).toBe('failed');
});

test('a waiting play says what for; only a person can answer', () => {
  const waiting = (kind: WaitKind, more = {}) =>
    playFromPb(create(PlaySchema, { status: PlayStatus.AWAITING_RESUME, waitingFor: [{ kind, ...more }] }));
  const noon = new Date(2026, 10, 20, 12).getTime();
  expect(statusWord(waiting(WaitKind.ANSWER), noon)).toBe('Waiting for a person');
  expect(statusWord(waiting(WaitKind.TIMER, { until: timestampFromMs(noon) }), noon)).toMatch(/^Sleeps until .*12/);
  expect(statusWord(waiting(WaitKind.CHILD), noon)).toBe('Waits for 1 play');
  expect([WaitKind.ANSWER, WaitKind.TIMER, WaitKind.CHILD].map((k) => asksAPerson(waiting(k)))).toEqual([
    true,
    false,
    false,
  ]);
});

test('time waiting for a person is never counted as machine time', () => {
  const startedAt = timestampFromMs(0);
  const play = (status: PlayStatus, durationMs: bigint, waitingMs: bigint) =>
    playFromPb(create(PlaySchema, { status, startedAt, durationMs, waitingMs }));
  expect(timesNow(play(PlayStatus.AWAITING_RESUME, 2000n, 0n), 10_000)).toEqual({ ran: 2000, waited: 8000 });
  expect(timesNow(play(PlayStatus.RUNNING, 2000n, 5000n), 10_000)).toEqual({ ran: 5000, waited: 5000 });
  expect(timesNow(play(PlayStatus.SUCCESS, 2000n, 5000n), 99_000)).toEqual({ ran: 2000, waited: 5000 });
});

test('fresh plays change in place; new ones are held back', () => {
  const play = (sid: string, status: PlayStatus) => playFromPb(create(PlaySchema, { sid, status }));
  const before = [play('b', PlayStatus.RUNNING), play('a', PlayStatus.RUNNING)];
  const { plays, waiting } = mergeInPlace(before, [play('c', PlayStatus.RUNNING), play('b', PlayStatus.SUCCESS)]);
  expect(plays.map((p) => `${p.sid} ${p.status}`)).toEqual(['b ok', 'a running']);
  expect(waiting.map((p) => p.sid)).toEqual(['c']);
});

test('a step that ran in this play and was reused since is done; one kept from elsewhere is from the record', () => {
  const span = (runs: number) => spanFromPb(create(SpanSchema, { status: SpanStatus.REPLAYED, runs, replays: 1 }));
  expect([span(1).outcome, span(0).outcome]).toEqual(['ok', 'replayed']);
});

test('a failure is one line; a reason that the flow gave stands alone', () => {
  const line = (type: string, message: string) => failureLine({ type, message, traceback: '' });
  expect(line('KeyError', "'customer'")).toBe("KeyError: 'customer'");
  expect([line('Failed', 'No order'), line('flow.Failed', 'No order'), line('', 'x'), line('MemoryError', '')]).toEqual(
    ['No order', 'No order', 'x', 'MemoryError'],
  );
});

test('an open step counts on; one that has not begun has no time', () => {
  const span = (status: SpanStatus, startMs?: number, endMs?: number) =>
    spanFromPb(
      create(SpanSchema, {
        status,
        ...(startMs === undefined ? {} : { startMs: timestampFromMs(startMs) }),
        ...(endMs === undefined ? {} : { endMs: timestampFromMs(endMs) }),
      }),
    );
  expect(took(span(SpanStatus.OK, 1000, 3500), 9000)).toBe(2500);
  expect(took(span(SpanStatus.RUNNING, 1000), 9000)).toBe(8000);
  expect(took(span(SpanStatus.AWAITING_RESUME, 1000, 1200), 9000)).toBe(8000);
  expect(took(span(SpanStatus.PENDING), 9000)).toBeUndefined();
});

test('a question has its words from the hints, the message or the name', () => {
  const question = (init: object) => questionFromPb(create(ResumeRequestSchema, { name: 'approve_4471', ...init }));
  const asked = question({ ui: '{"label": "Which?"}', message: 'Which?' });
  expect([asked.title, asked.message, questionLine(asked)]).toEqual(['Which?', '', 'Which?']);
  expect(questionLine(question({ message: 'Keep `snake_case_names` whole' }))).toBe('Keep snake_case_names whole');
  const long = question({ message: '## Approve **4471** [here](x)?\n\nMore.' });
  expect([long.title, questionLine(long)]).toEqual(['', 'Approve 4471 here?']);
  expect(question({}).title).toBe('Approve 4471');
});

test('a question says who may answer, who does, and how many agree', () => {
  const question = (init: object) => questionFromPb(create(ResumeRequestSchema, { name: 'pay', ...init }));
  const { answers } = question({
    rules: { assignees: ['Ana'], groups: ['finance'], quorum: 2, noSelfApproval: true, escalateTo: ['Kim'] },
    claim: { by: 'Ana', until: timestampFromMs(1000) },
    votes: [
      { by: 'Ana', payload: '{"ok":true,"n":1}' },
      { by: 'Bo', payload: '{"n":1,"ok":true}' },
      { by: 'Cy', payload: '{"ok":false}' },
    ],
  });
  const rest = ['Not who started the play', '2 people have to give an equal answer'];
  expect(answers.rules).toEqual(['May answer: Ana, group finance', ...rest]);
  expect([claimNow(answers, 999)?.by, claimNow(answers, 1000)?.by, agreeing(answers)]).toEqual(['Ana', undefined, 2]);
  const escalated = { rules: { assignees: ['Ana'], escalateTo: ['Kim'] }, escalatedAt: timestampFromMs(1) };
  expect(question(escalated).answers.rules).toEqual(['May answer: Ana, Kim', 'It has escalated']);
  expect(hasAnswerRules(question({}).answers)).toBe(false);
});
