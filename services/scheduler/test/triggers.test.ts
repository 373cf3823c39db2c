// Triggers as callers meet them: what is created, changed, fired, filled in and refused, and what the loops then do by themselves.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { timeFromPb, timeToPb } from '@hero-logic/platform';
import { createFakeClock, type FakeClock } from '@hero-logic/platform/testing';
import { FieldType } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { FireSource, FireState, OverlapPolicy, TriggerKind } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import type { TriggerService } from '@hero-logic/proto/herologic/scheduler/v1/trigger_service_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness, RunOutcome } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

type CreateInit = MessageInitShape<typeof TriggerService.method.createTrigger.input>;
const HOUR = 3_600_000;
const HOURLY = '{"cron":"0 * * * *"}';
const workflow = { case: 'workflowSid' as const, value: 'w1' };
const add = (more: Omit<CreateInit, '$typeName'> = {}) =>
  h.triggers.createTrigger({ workflow, kind: TriggerKind.CRON, spec: HOURLY, ...more } as CreateInit);
const get = (triggerSid: string) => h.triggers.getTrigger({ triggerSid });
const fires = async (triggerSid: string) => (await h.triggers.listTriggerFires({ triggerSid })).fires;
const violations = async (call: Promise<unknown>) => (await failure(call)).violations.map(({ field }) => field);

/** Lets the loops act until `done` says so. */
async function until<T>(done: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 2000; i++) {
    const value = await done();
    if (value !== undefined) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('it did not come');
}

/** The next play, as soon as the loops have started it. */
const claimNext = (clock: FakeClock) =>
  until(async () => {
    await clock.advance(20);
    return h.claim().catch(() => undefined);
  });

test('a cron trigger starts a play at its time, with its input and name, and shows what comes next', async () => {
  const clock = createFakeClock(Date.parse('2026-01-01T00:30:00Z'));
  const inputs = [
    { name: 'who', fieldType: FieldType.STRING },
    { name: 'day', fieldType: FieldType.STRING },
  ];
  h = createHarness({ clock, workflows: [{ sid: 'w1', name: 'greet', inputs }] });
  const spec = '{"cron":"0 * * * *","time_zone":"Europe/Berlin","due_at_input":"day"}';
  const made = await add({ spec, inputData: '{"who": "Ada"}', name: 'Hourly greeting', requestId: 'r1' });
  expect(made).toMatchObject({ workflowName: 'greet', enabled: true, spec, overlapPolicy: OverlapPolicy.SKIP });
  expect((await add({ requestId: 'r1' })).sid).toBe(made.sid);
  const at = Date.parse('2026-01-01T01:00:00Z');
  expect(made.upcoming.map((time) => timeFromPb(time))).toEqual([0, 1, 2, 3, 4].map((i) => at + i * HOUR));
  await clock.advance(HOUR / 2);
  const { play } = await claimNext(clock);
  expect(play).toMatchObject({
    name: 'Hourly greeting',
    trigger: `trigger ${made.sid}`,
    idempotencyKey: `trigger:${made.sid}:${at}`,
  });
  expect(play.inputData).toBe('{"who":"Ada","day":"2026-01-01T01:00:00.000Z"}');
  const after = await until(async () => {
    const found = await get(made.sid);
    return found.started === 1n ? found : undefined;
  });
  expect(after).toMatchObject({ lastPlaySid: play.sid, inputData: '{"who": "Ada"}' });
  expect(timeFromPb(after.nextFireAt)).toBe(at + HOUR);
  expect(await fires(made.sid)).toMatchObject([
    { state: FireState.STARTED, source: FireSource.SCHEDULE, playSid: play.sid },
  ]);
  const { triggers } = await h.triggers.listTriggers({ workflowSid: 'w1' });
  expect(triggers).toMatchObject([{ sid: made.sid, workflowName: 'greet', inputData: '' }]);
  expect((await h.triggers.listTriggers({ enabled: false })).triggers).toEqual([]);
});

test('one that runs keeps the next away until it ends, and three failures in a row pause the trigger', async () => {
  const clock = createFakeClock(Date.parse('2026-01-01T00:30:00Z'));
  h = createHarness({ clock, config: { leaseTtlMs: 100 * HOUR } });
  const { sid } = await add({ overlapPolicy: OverlapPolicy.BUFFER_ONE, pauseAfterFailures: 3 });
  for (const run of [1, 2, 3]) {
    if (run === 1) await clock.advance(2.75 * HOUR);
    const { lease } = await claimNext(clock);
    const now = await get(sid);
    expect(now.failuresInRow).toBe(run - 1);
    await h.report(lease, RunOutcome.FAILED, { error: { type: 'ValueError', message: 'no money', traceback: '' } });
    await clock.advance(run === 1 ? 10_000 : HOUR);
  }
  const paused = await until(async () => {
    const found = await get(sid);
    return found.enabled ? undefined : found;
  });
  expect(paused.pauseReason).toMatch(/^3 failures in a row; the last: play .* failed: no money$/);
  expect(paused).toMatchObject({ upcoming: [], failuresInRow: 3 });
  expect(paused.nextFireAt).toBeUndefined();
  const states = (await fires(sid)).map(({ state, reason }) => [state, reason]);
  expect(states).toContainEqual([FireState.SKIPPED, 'another one waits already']);
  const again = await h.triggers.updateTrigger({ triggerSid: sid, enabled: true });
  expect(again).toMatchObject({ enabled: true, pauseReason: '', failuresInRow: 0 });
  expect(timeFromPb(again.nextFireAt)).toBeGreaterThan(clock.now());
});

test('what was missed while nothing ran starts within the catch-up window and is counted beyond it', async () => {
  const clock = createFakeClock(Date.parse('2026-01-01T00:30:00Z'));
  h = createHarness({ clock });
  const { sid } = await add({ overlapPolicy: OverlapPolicy.ALLOW_ALL, catchUpWindow: durationFromMs(2 * HOUR) });
  const { file } = h;
  await h.close(true);
  await clock.advance(10 * HOUR);
  h = createHarness({ clock, file });
  const found = await until(async () => {
    const now = await get(sid);
    return now.started === 2n ? now : undefined;
  });
  expect(found).toMatchObject({ started: 2n, missed: 8n });
  expect(await h.claimSome(9)).toHaveLength(2);
});

test('a once trigger fires once, however late, and is done', async () => {
  const clock = createFakeClock(Date.parse('2026-01-01T00:00:00Z'));
  h = createHarness({ clock });
  const { sid } = await add({ kind: TriggerKind.ONCE, spec: '{"at":"2026-01-02T00:00:00Z"}' });
  const { file } = h;
  await h.close(true);
  await clock.advance(900 * HOUR);
  h = createHarness({ clock, file });
  const done = await until(async () => {
    const now = await get(sid);
    return now.started === 1n ? now : undefined;
  });
  expect(done).toMatchObject({ enabled: false, pauseReason: 'it has fired' });
  expect(await violations(h.triggers.updateTrigger({ triggerSid: sid, enabled: true }))).toEqual(['spec.at']);
});

test('a creation that is repeated with its request id gives its trigger, also when it would be refused by now', async () => {
  const clock = createFakeClock(Date.parse('2026-01-01T00:00:00Z'));
  h = createHarness({ clock });
  const once = { kind: TriggerKind.ONCE, spec: '{"at":"2026-01-02T00:00:00Z"}' };
  const { sid } = await add({ ...once, requestId: 'r1' });
  await clock.advance(48 * HOUR);
  expect(await violations(add({ ...once, requestId: 'r2' }))).toEqual(['spec.at']);
  expect((await add({ ...once, requestId: 'r1' })).sid).toBe(sid);
  const { file } = h;
  await h.close(true);
  h = createHarness({ clock, file, workflows: [{ sid: 'w1', name: 'greet', archived: true }] });
  expect((await failure(add({ ...once, requestId: 'r2' }))).reason).toBe('WORKFLOW_ARCHIVED');
  expect((await add({ ...once, requestId: 'r1' })).sid).toBe(sid);
});

test('fire now starts beside everything, once for a request id, and says why it cannot', async () => {
  h = createHarness();
  const { sid } = await add({ enabled: false });
  const first = await h.triggers.fireTrigger({ triggerSid: sid, requestId: 'a' });
  expect(first).toMatchObject({ status: PlayStatus.PENDING, trigger: `trigger ${sid}` });
  expect((await h.triggers.fireTrigger({ triggerSid: sid, requestId: 'a' })).sid).toBe(first.sid);
  expect((await h.triggers.fireTrigger({ triggerSid: sid })).sid).not.toBe(first.sid);
  const bad = await failure(h.triggers.fireTrigger({ triggerSid: sid, inputData: '{"x":1}' }));
  expect(bad).toMatchObject({ reason: 'INVALID_INPUT', violations: [{ field: 'input_data.x' }] });
  expect((await fires(sid)).map(({ state }) => state)).toContain(FireState.REFUSED);
  h.workflows.length = 0;
  expect((await failure(h.triggers.fireTrigger({ triggerSid: sid }))).reason).toBe('WORKFLOW_NOT_FOUND');
  expect((await get(sid)).pauseReason).toContain('its workflow is gone');
  expect(await h.triggers.deleteTrigger({ triggerSid: sid })).toMatchObject({ ok: true });
  for (const call of [
    get(sid),
    h.triggers.deleteTrigger({ triggerSid: sid }),
    h.triggers.fireTrigger({ triggerSid: sid }),
  ]) {
    expect((await failure(call)).reason).toBe('TRIGGER_NOT_FOUND');
  }
});

test('a backfill starts what has no play, one after the other, and nothing twice', async () => {
  const clock = createFakeClock(Date.parse('2026-01-10T00:30:00Z'));
  h = createHarness({ clock, config: { leaseTtlMs: 100 * HOUR } });
  const { sid } = await add();
  const range = {
    from: timeToPb(Date.parse('2026-01-01T00:00:00Z')),
    to: timeToPb(Date.parse('2026-01-01T02:00:00Z')),
  };
  expect(await h.triggers.backfillTrigger({ triggerSid: sid, ...range })).toMatchObject({
    due: 3,
    queued: 3,
    already: 0,
  });
  expect(await h.triggers.backfillTrigger({ triggerSid: sid, ...range })).toMatchObject({
    due: 3,
    queued: 0,
    already: 3,
  });
  const days: string[] = [];
  for (let i = 0; i < 3; i++) {
    const { play, lease } = await claimNext(clock);
    days.push(play.tags.due_at ?? '');
    expect(await h.claimSome(5)).toEqual([]);
    await h.report(lease, RunOutcome.SUCCESS, { outputData: '1' });
  }
  expect(days).toEqual(['00', '01', '02'].map((hour) => `2026-01-01T${hour}:00:00.000Z`));
  const wide = { triggerSid: sid, from: timeToPb(0), to: timeToPb(clock.now()) };
  expect(await violations(h.triggers.backfillTrigger(wide))).toEqual(['to']);
  expect(await violations(h.triggers.backfillTrigger({ triggerSid: sid, from: range.to, to: range.from }))).toEqual([
    'to',
  ]);
});

test('bad input is refused by name when a trigger is written', async () => {
  h = createHarness({
    workflows: [{ sid: 'w1', name: 'greet', inputs: [{ name: 'n', fieldType: FieldType.INTEGER }] }],
  });
  expect(await violations(add({ spec: '{"cron":"0 0 31 2 *"}' }))).toEqual(['spec.cron']);
  expect(await violations(add({ spec: '{"cron":"0 9 * * *","time_zone":"Mars"}' }))).toEqual(['spec.time_zone']);
  expect(await violations(add({ spec: '{"cron":"0 9 * * *","due_at_input":"day"}' }))).toEqual(['input_data.day']);
  expect(await violations(add({ kind: TriggerKind.ONCE, spec: '{"at":"2020-01-01T00:00:00Z"}' }))).toEqual(['spec.at']);
  expect(await violations(add({ inputData: '{"n":"x"}' }))).toEqual(['input_data.n']);
  expect(await violations(add({ catchUpWindow: durationFromMs(1) }))).toEqual(['catch_up_window']);
  expect(await violations(add({ kind: TriggerKind.UNSPECIFIED }))).toEqual(['kind']);
  expect((await failure(add({ workflow: { case: 'workflowName', value: 'x' } }))).reason).toBe('WORKFLOW_NOT_FOUND');
  expect((await failure(h.triggers.listTriggers({ workflowSid: 'x' }))).reason).toBe('WORKFLOW_NOT_FOUND');
  const { sid } = await add();
  expect(await violations(h.triggers.updateTrigger({ triggerSid: sid, inputData: '{"n":1.5}' }))).toEqual([
    'input_data.n',
  ]);
  expect(await violations(h.triggers.updateTrigger({ triggerSid: sid, pauseReason: 'x' }))).toEqual(['pause_reason']);
  const { times } = await h.triggers.previewTrigger({
    kind: TriggerKind.CRON,
    spec: HOURLY,
    after: timeToPb(0),
    count: 2,
  });
  expect(times.map((time) => timeFromPb(time))).toEqual([HOUR, 2 * HOUR]);
  expect(await violations(h.triggers.previewTrigger({ kind: TriggerKind.CRON, spec: '{}' }))).toEqual(['spec.cron']);
});
