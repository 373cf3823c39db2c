// Webhooks and links as the bridge meets them: a delivery that is proved, new and fits starts a play; every other one is refused with its
// reason and leaves a line; a link answers its one question until its time is over, which the audit log is told.

import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { createVault } from '@hero-logic/platform';
import { createFakeClock, createTempDir, type FakeClock } from '@hero-logic/platform/testing';
import { FieldType } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import {
  DeliveryResult,
  FireState,
  OverlapPolicy,
  TriggerKind,
} from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { freshKeys } from '../src/domain/hook/secrets.conformance.ts';
import { signHook } from '../src/domain/hook/signature.ts';
import { createHarness, failure, type Harness, RunOutcome } from './harness.ts';

let h: Harness;
let clock: FakeClock;
beforeEach(() => {
  clock = createFakeClock();
  const inputs = [
    { name: 'customer', fieldType: FieldType.STRING, required: true },
    { name: 'amount', fieldType: FieldType.INTEGER, default: '1' },
  ];
  h = createHarness({ clock, workflows: [{ sid: 'w1', name: 'bill', inputs }] });
});
afterEach(() => h.close());

const MAPPED = '{"slug":"orders","inputs":{"customer":"/data/customer","amount":"/data/amount"}}';
const BODY = '{"data":{"customer":"ACME","amount":12}}';

const add = (spec = MAPPED, more = {}) =>
  h.triggers.createTrigger({
    workflow: { case: 'workflowName', value: 'bill' },
    kind: TriggerKind.WEBHOOK,
    spec,
    ...more,
  });

function deliver(secret: string, webhookId: string, text = BODY, target = 'orders') {
  const body = Buffer.from(text);
  const timestamp = String(Math.floor(clock.now() / 1000));
  const webhookSignature = signHook(secret, { id: webhookId, timestamp, body });
  return h.hooks.deliverHook({ target, webhookId, webhookTimestamp: timestamp, webhookSignature, body });
}
const log = async (triggerSid: string) => (await h.triggers.listHookDeliveries({ triggerSid })).deliveries;

test('a delivery starts a play with what its body says, once for its id', async () => {
  const { sid, webhookSecret: secret, hookPath } = await add();
  expect([secret, hookPath]).toEqual([expect.stringMatching(/^whsec_.{44}$/), '/hooks/orders']);
  expect((await h.triggers.getTrigger({ triggerSid: sid })).webhookSecret).toBe('');
  const first = await deliver(secret, 'm1');
  expect(first).toMatchObject({ result: DeliveryResult.ACCEPTED, state: FireState.STARTED });
  const play = await h.plays.getPlay({ playSid: first.playSid, withSpans: false });
  expect(play).toMatchObject({ trigger: `trigger ${sid}`, inputData: '{"customer":"ACME","amount":12}' });
  const again = await deliver(secret, 'm1', '{"data":{}}');
  expect(again).toMatchObject({ result: DeliveryResult.DUPLICATE, playSid: first.playSid });
  const together = await Promise.all(Array.from({ length: 10 }, () => deliver(secret, 'm2', BODY, sid)));
  expect(new Set(together.map(({ playSid }) => playSid)).size).toBe(1);
  expect(together.filter(({ result }) => result === DeliveryResult.ACCEPTED)).toHaveLength(1);
  expect((await h.plays.listPlays({})).plays).toHaveLength(2);
  expect((await log(sid)).at(-1)).toMatchObject({
    webhookId: 'm1',
    playSid: first.playSid,
    bodyBytes: BigInt(BODY.length),
  });
});

test('what is refused starts nothing, and its reason is in the log', async () => {
  const { sid, webhookSecret: secret } = await add();
  const reasons = [
    (await failure(deliver('whsec_AAAA', 'm1'))).reason,
    (await failure(deliver(secret, 'm2', 'no json'))).reason,
    (await failure(deliver(secret, 'm3', '{"data":{"customer":"A","amount":"many"}}'))).reason,
    (await failure(deliver(secret, 'm4', '{"data":{"amount":3}}'))).reason,
    (await failure(h.hooks.deliverHook({ target: 'orders', webhookId: 'm5', oversized: true }))).reason,
  ];
  await h.triggers.updateTrigger({ triggerSid: sid, enabled: false, pauseReason: 'stock-taking' });
  reasons.push((await failure(deliver(secret, 'm6'))).reason);
  expect(reasons).toEqual([
    'HOOK_UNSIGNED',
    'INVALID_JSON',
    'INVALID_INPUT',
    'INVALID_INPUT',
    'TOO_LARGE',
    'TRIGGER_PAUSED',
  ]);
  const lines = (await log(sid)).reverse();
  expect(lines.map(({ reason }) => reason)).toEqual(reasons);
  expect(lines[2]?.message).toContain('input_data.amount');
  expect(lines[5]?.message).toContain('stock-taking');
  expect((await failure(deliver(secret, 'm1', BODY, 'nothing-here'))).reason).toBe('TRIGGER_NOT_FOUND');
  expect((await h.plays.listPlays({})).plays).toEqual([]);
  // A flood of forgeries does not become a flood of writes.
  for (let i = 0; i < 100; i++) await failure(deliver('whsec_AAAA', `f${i}`));
  expect((await log(sid)).length).toBeLessThan(65);
  // What was refused may come again, mended.
  await h.triggers.updateTrigger({ triggerSid: sid, enabled: true });
  expect(await deliver(secret, 'm6')).toMatchObject({ result: DeliveryResult.ACCEPTED });
});

test('a delivery that comes again when what became of it is no longer kept starts nothing', async () => {
  const { sid, webhookSecret: secret } = await add();
  const first = await deliver(secret, 'm1');
  const { lease } = await h.claim();
  await h.report(lease, RunOutcome.SUCCESS, { outputData: '1' });
  // As after a thousand others.
  h.db.run('DELETE FROM trigger_fires WHERE trigger_sid = ?', sid);
  h.db.run('DELETE FROM hook_deliveries WHERE trigger_sid = ?', sid);
  expect(await deliver(secret, 'm1')).toMatchObject({ playSid: first.playSid });
  expect(await deliver(secret, 'm1', '{"data":{"customer":"other"}}')).toMatchObject({ playSid: first.playSid });
  expect((await h.plays.listPlays({})).plays).toHaveLength(1);
  expect(await h.claimSome(5)).toEqual([]);
});

test('two secrets are good during a rotation', async () => {
  const { sid, webhookSecret: old } = await add();
  const { webhookSecret: fresh } = await h.triggers.rotateTriggerSecret({
    triggerSid: sid,
    grace: durationFromMs(60_000),
  });
  await deliver(old, 'm1');
  await deliver(fresh, 'm2');
  await clock.advance(60_000);
  expect((await failure(deliver(old, 'm3'))).reason).toBe('HOOK_UNSIGNED');
  await deliver(fresh, 'm3');
});

test('overlap policies hold for deliveries as well', async () => {
  const { sid, webhookSecret: secret } = await add(MAPPED, { overlapPolicy: OverlapPolicy.SKIP });
  expect(await deliver(secret, 'm1')).toMatchObject({ state: FireState.STARTED });
  expect(await deliver(secret, 'm2')).toMatchObject({ state: FireState.SKIPPED, playSid: '' });
  expect(await h.triggers.getTrigger({ triggerSid: sid })).toMatchObject({ started: 1n, skipped: 1n });
});

test('a spec is checked when it is written, and tried without starting anything', async () => {
  const violations = async (call: Promise<unknown>) => (await failure(call)).violations.map(({ field }) => field);
  expect(await violations(add('{"inputs":{"customer":"data"}}'))).toEqual(['spec.inputs.customer']);
  expect(await violations(add('{"jsonata":"{"}'))).toEqual(['spec.jsonata']);
  expect(await violations(add('{"jsonata":"x","inputs":{}}'))).toEqual(['spec.jsonata']);
  expect(await violations(add('{"slug":"Has Space"}'))).toEqual(['spec.slug']);
  // Each delivery would be refused.
  expect(await violations(add('{"inputs":{"customer":"/c","colour":"/c"}}'))).toEqual(['spec.inputs.colour']);
  expect(await violations(add('{"slug":"a"}', { inputData: '{"amount":"many","colour":1}' }))).toEqual([
    'input_data.colour',
    'input_data.amount',
  ]);
  const { sid } = await add('{"slug":"orders","jsonata":"{\\"customer\\": name, \\"amount\\": $sum(rows)}"}');
  expect(await violations(add('{"slug":"orders"}'))).toEqual(['spec.slug']);
  const tried = await h.triggers.testTrigger({ triggerSid: sid, body: '{"name":"ACME","rows":[1,2]}' });
  expect(tried.inputData).toBe('{"customer":"ACME","amount":3}');
  expect((await failure(h.triggers.testTrigger({ triggerSid: sid, body: '{}' }))).reason).toBe('INVALID_INPUT');
  expect((await h.plays.listPlays({})).plays).toEqual([]);
});

test('a link answers its question, and nothing else, until its time is over', async () => {
  await h.start({ inputData: '{"customer":"x"}' });
  const { lease } = await h.claim();
  await h.pause(lease, 'q1', { message: 'Pay?', schema: '{"type":"boolean"}' });
  await h.pause(lease, 'q2');
  const { playSid } = lease;
  const tokenOf = async (resumeId: string, ms: number) => {
    const { url } = await h.plays.createResumeUrl({ playSid, resumeId, expiresIn: durationFromMs(ms) });
    return url.replace('/resume/', '');
  };
  const token = await tokenOf('q1', 60_000);
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await h.hooks.getLinkedResume({ token })).toMatchObject({ id: 'q1', message: 'Pay?' });
  expect((await failure(h.hooks.answerLinkedResume({ token, payloadJson: '"yes"' }))).reason).toBe('INVALID_PAYLOAD');
  const { resumedAt } = await h.hooks.answerLinkedResume({ token, payloadJson: 'true' });
  expect(await h.hooks.answerLinkedResume({ token, payloadJson: 'true' })).toMatchObject({
    resumedAt: resumedAt as object,
  });
  expect((await failure(h.hooks.answerLinkedResume({ token, payloadJson: 'false' }))).reason).toBe(
    'RESUME_ALREADY_ANSWERED',
  );
  const { receivedResumes } = await h.plays.getPlay({ playSid, withSpans: false });
  expect(receivedResumes).toMatchObject([{ id: 'q1', payload: 'true', resumedBy: 'link' }]);
  const subject = { play_sid: playSid, resume_id: 'q1' };
  const note = { method: 'HookService.AnswerLinkedResume', caller: 'link', namespace: 'default', subject };
  const refusals = ['INVALID_PAYLOAD', '', '', 'RESUME_ALREADY_ANSWERED'];
  await vi.waitFor(() => expect(h.audited).toMatchObject(refusals.map((refusal) => ({ ...note, refusal }))));
  const late = await tokenOf('q2', 60_000);
  await clock.advance(60_000);
  for (const used of [late, 'guessed']) {
    expect((await failure(h.hooks.getLinkedResume({ token: used }))).reason).toBe('LINK_NOT_FOUND');
    expect((await failure(h.hooks.answerLinkedResume({ token: used, payloadJson: '1' }))).reason).toBe(
      'LINK_NOT_FOUND',
    );
  }
  expect((await failure(h.plays.createResumeUrl({ playSid, resumeId: 'q9' }))).reason).toBe('RESUME_NOT_FOUND');
  const short = { playSid, resumeId: 'q2', expiresIn: durationFromMs(59_000) };
  expect((await failure(h.plays.createResumeUrl(short))).violations).toMatchObject([
    { field: 'expires_in', description: expect.stringMatching(/equal to 1 minute and .* equal to 366 days$/) },
  ]);
});

test('a question that is no longer open gets no link, and the link of one that was withdrawn says so', async () => {
  await h.start({ inputData: '{"customer":"x"}' });
  const { lease } = await h.claim();
  await h.pause(lease, 'q1');
  await h.pause(lease, 'q2');
  const { playSid } = lease;
  const token = (await h.plays.createResumeUrl({ playSid, resumeId: 'q2' })).url.replace('/resume/', '');
  await h.plays.resumePlay({ playSid, resumeId: 'q1', payloadJson: '1' });
  const refusalOf = async (call: Promise<unknown>) => (await failure(call)).reason;
  expect(await refusalOf(h.plays.createResumeUrl({ playSid, resumeId: 'q1' }))).toBe('RESUME_ALREADY_ANSWERED');
  await h.plays.cancelPlay({ playSid });
  await h.report(lease, RunOutcome.CANCELLED);
  expect(await refusalOf(h.plays.createResumeUrl({ playSid, resumeId: 'q2' }))).toBe('RESUME_WITHDRAWN');
  expect(await refusalOf(h.hooks.getLinkedResume({ token }))).toBe('RESUME_WITHDRAWN');
  expect(await refusalOf(h.hooks.answerLinkedResume({ token, payloadJson: '1' }))).toBe('RESUME_WITHDRAWN');
});

test('a webhook that is added paused says why it takes nothing', async () => {
  const { webhookSecret: secret, pauseReason } = await add(MAPPED, { enabled: false });
  expect(pauseReason).toBe('added without letting it fire');
  expect((await failure(deliver(secret, 'm1'))).message).toContain(pauseReason);
});

test('with a key the secret is kept sealed, proves deliveries as ever, and without the key nobody is let in', async () => {
  await h.close();
  const vault = createVault(freshKeys());
  const inputs = [{ name: 'customer', fieldType: FieldType.STRING, required: true }];
  const workflows = [{ sid: 'w1', name: 'bill', inputs }];
  const folder = createTempDir();
  onTestFinished(folder.remove);
  const file = `${folder.path}/scheduler.sqlite`;
  h = createHarness({ clock, workflows, vault, file });
  const { sid, webhookSecret: secret } = await add('{"slug":"orders","inputs":{"customer":"/data/customer"}}');
  const { webhookSecret: fresh } = await h.triggers.rotateTriggerSecret({ triggerSid: sid });
  expect(fresh).toMatch(/^whsec_.{44}$/);
  for (const [id, text] of Object.entries({ m1: secret, m2: fresh })) {
    expect(await deliver(text, id)).toMatchObject({ result: DeliveryResult.ACCEPTED });
  }
  expect(h.db.get<{ doc: string }>('SELECT doc FROM triggers')?.doc).not.toContain('whsec_');

  await h.close();
  h = createHarness({ clock, workflows, file });
  const refused = await failure(deliver(fresh, 'm3'));
  expect(refused.reason).toBe('SECRETS_KEY_MISSING');
  expect((await log(sid))[0]?.message).toContain('HERO_LOGIC_SECRETS_KEY');
  // A new secret is the way out.
  const { webhookSecret: third } = await h.triggers.rotateTriggerSecret({ triggerSid: sid, grace: durationFromMs(0) });
  expect(await deliver(third, 'm3')).toMatchObject({ result: DeliveryResult.ACCEPTED });
});
