// Webhooks as their writers and receivers meet them, over real HTTP on a clock that tests move: signed, tried again over days with the same
// id, given up, sent again; disabled when nothing arrives; and what a crash interrupts arrives all the same. One of a namespace is told of plays of it
// alone, and is there for its callers alone.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { createVault } from '@hero-logic/platform';
import { createFakeClock, createTempDir, type FakeClock } from '@hero-logic/platform/testing';
import { WebhookDeliveryState, WebhookEvent, WebhookFormat } from '@hero-logic/proto/herologic/scheduler/v1/webhook_pb';
import type { CreateWebhookRequestSchema } from '@hero-logic/proto/herologic/scheduler/v1/webhook_service_pb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { freshKeys } from '../src/domain/hook/secrets.conformance.ts';
import { checkSignature } from '../src/domain/hook/signature.ts';
import { createHarness, failure, type Harness, inNamespace, RunOutcome } from './harness.ts';

interface Got {
  readonly path: string;
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: Buffer;
}

const got: Got[] = [];
/** What a path answers; 204 unless told. 0 = nothing at all. */
const answers = new Map<string, number>();
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const header = (name: string) => String(request.headers[`webhook-${name}`]);
    const path = request.url ?? '';
    got.push({
      ...{ path, id: header('id'), timestamp: header('timestamp'), signature: header('signature') },
      body: Buffer.concat(chunks),
    });
    const status = answers.get(path) ?? 204;
    if (status !== 0) response.writeHead(status, status === 429 ? { 'retry-after': '7200' } : {}).end();
  });
});
let base = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const config = { webhookNetworks: ['127.0.0.1'], publicUrl: 'https://flows.example.com' };
let h: Harness;
let clock: FakeClock;
beforeEach(() => {
  got.length = 0;
  answers.clear();
  clock = createFakeClock();
  h = createHarness({ clock, config });
});
afterEach(() => h.close());

const add = (path: string, more: Omit<MessageInitShape<typeof CreateWebhookRequestSchema>, '$typeName'> = {}) =>
  h.webhooks.createWebhook({ url: `${base}${path}`, ...more });
const arrived = (path: string, count: number) =>
  vi.waitFor(() => expect(got.filter((one) => one.path === path)).toHaveLength(count));
const settledDelivery = (webhookSid: string, state: WebhookDeliveryState, more: object = {}) =>
  vi.waitFor(async () => {
    const [last] = (await h.webhooks.listWebhookDeliveries({ webhookSid })).deliveries;
    expect(last).toMatchObject({ state, ...more });
    return last;
  });
const jsonOf = ({ body }: Got) => JSON.parse(body.toString()) as { type: string; text: string; data: { play: object } };

test('what happens to a play arrives signed, and with an id of its own', async () => {
  const { sid, secret } = await add('/all');
  const { sid: playSid } = await h.start({ tags: { customer: 'acme' } });
  const { lease } = await h.claim();
  await h.pause(lease, 'q1', { message: 'Pay?' });
  await h.report(lease, RunOutcome.AWAITING_RESUME);
  await h.plays.resumePlay({ playSid, resumeId: 'q1', payloadJson: 'true', resumedBy: 'ana' });
  const { lease: second } = await h.claim();
  await h.report(second, RunOutcome.FAILED, { error: { type: 'ValueError', message: 'no money' } });
  await arrived('/all', 5);
  const types = ['pause.answered', 'pause.asked', 'play.created', 'play.failed', 'play.started'];
  expect(got.map((one) => jsonOf(one).type).sort()).toEqual(types);
  expect(new Set(got.map(({ id }) => id)).size).toBe(5);
  for (const one of got) {
    const signed = { id: one.id, timestamp: one.timestamp, signature: one.signature, body: one.body };
    checkSignature(signed, [{ text: secret }], clock.now());
    expect(() => checkSignature({ ...signed, body: Buffer.from('{}') }, [{ text: secret }], clock.now())).toThrow();
    expect(jsonOf(one).data.play).toMatchObject({ sid: playSid, tags: { customer: 'acme' }, workflow_name: 'greet' });
  }
  const failed = got.find((one) => jsonOf(one).type === 'play.failed') as Got;
  expect(jsonOf(failed).data.play).toMatchObject({ status: 'failed', error: { message: 'no money' } });
  await settledDelivery(sid, WebhookDeliveryState.DELIVERED, { lastStatus: 204, attempts: 1 });
  expect((await h.webhooks.getWebhook({ webhookSid: sid })).secret).toBe('');
});

test('with a key the secret is kept sealed, and signs; without the key the delivery says which one is missing', async () => {
  await h.close();
  const folder = createTempDir();
  onTestFinished(folder.remove);
  const file = `${folder.path}/scheduler.sqlite`;
  h = createHarness({ clock, config, file, vault: createVault(freshKeys()) });
  const { sid, secret } = await add('/all', { events: [WebhookEvent.PLAY_CREATED] });
  await h.start();
  await arrived('/all', 1);
  checkSignature({ ...(got[0] as Got) }, [{ text: secret }], clock.now());
  await settledDelivery(sid, WebhookDeliveryState.DELIVERED);
  expect(h.db.get<{ doc: string }>('SELECT doc FROM webhooks')?.doc).not.toContain('whsec_');

  await h.close();
  h = createHarness({ clock, config, file });
  // Of two deliveries of the same moment either may be listed first.
  await clock.advance(1);
  await h.start();
  const lastFailure = expect.stringContaining('HERO_LOGIC_SECRETS_KEY');
  await settledDelivery(sid, WebhookDeliveryState.PENDING, { attempts: 1, lastFailure });
});

test('the same request of another namespace is another webhook', async () => {
  const ask = async (namespace?: string) => {
    const options = namespace === undefined ? {} : inNamespace(namespace);
    const webhook = { url: `${base}/all`, workflowSid: 'w1', requestId: 'mine' };
    const { sid, secret } = await h.webhooks.createWebhook(webhook, options);
    return `${sid} ${secret}`;
  };
  const everybody = async () => [await ask(), await ask('default'), await ask('team-a'), await ask('team-b')];
  const asked = await everybody();
  const [, , a] = asked;
  expect(new Set(asked).size).toBe(4);
  expect(await everybody()).toEqual(asked);
  h.workflows.length = 0;
  expect(await ask('team-a'), 'the reply was lost, and the flow deleted since').toBe(a);
  expect((await failure(add('/all', { workflowSid: 'w1', requestId: 'new' }))).reason).toBe('WORKFLOW_NOT_FOUND');
});

test('a webhook of a namespace is told of its plays alone, and is listed there alone', async () => {
  h.workflows.push({ sid: 'w2', name: 'greet', namespace: 'team-a' });
  const [a, first] = ['team-a', 'default'].map(inNamespace);
  const events = [WebhookEvent.PLAY_CREATED];
  const ours = await h.webhooks.createWebhook({ url: `${base}/a`, events }, a);
  expect(ours.namespace).toBe('team-a');
  const theirs = await h.webhooks.createWebhook({ url: `${base}/first`, events }, first);
  const everybodys = await add('/every', { events });
  expect(everybodys.namespace).toBe('');
  const inA = await h.start({ workflow: { case: 'workflowSid', value: 'w2' } });
  const inFirst = await h.start();
  await arrived('/every', 2);
  await arrived('/a', 1);
  await arrived('/first', 1);
  const toldOf = (path: string) => got.filter((one) => one.path === path).map((one) => jsonOf(one).data.play);
  expect(toldOf('/a')).toMatchObject([{ sid: inA.sid, namespace: 'team-a' }]);
  expect(toldOf('/first')).toMatchObject([{ sid: inFirst.sid, namespace: 'default' }]);
  const listed = async (options?: typeof a, request = {}) =>
    (await h.webhooks.listWebhooks(request, options)).webhooks.map(({ sid }) => sid);
  expect(await listed(a)).toEqual([ours.sid]);
  expect(await listed(first)).toEqual([theirs.sid]);
  expect((await listed()).sort()).toEqual([ours.sid, theirs.sid, everybodys.sid].sort());
  expect(await listed(inNamespace('team-b'))).toEqual([]);
});

test('during a rotation both secrets sign', async () => {
  const { sid, secret: old } = await add('/all', { events: [WebhookEvent.PLAY_CREATED] });
  const { secret: fresh } = await h.webhooks.rotateWebhookSecret({ webhookSid: sid });
  await h.start();
  await arrived('/all', 1);
  for (const text of [old, fresh]) checkSignature({ ...(got[0] as Got) }, [{ text }], clock.now());
  await clock.jump(25 * 3_600_000);
  await h.start();
  await arrived('/all', 2);
  checkSignature({ ...(got[1] as Got) }, [{ text: fresh }], clock.now());
  expect(() => checkSignature({ ...(got[1] as Got) }, [{ text: old }], clock.now())).toThrow();
});

test('a delivery that fails is tried for three days, given up, and sent again with its id', async () => {
  answers.set('/down', 500);
  const { sid } = await add('/down', { events: [WebhookEvent.PLAY_CREATED] });
  await h.start();
  const began = clock.now();
  const waits: number[] = [];
  for (let attempt = 1; attempt < 10; attempt++) {
    await arrived('/down', attempt);
    const delivery = await settledDelivery(sid, WebhookDeliveryState.PENDING, { attempts: attempt, lastStatus: 500 });
    const next = Number(delivery?.nextAttemptAt?.seconds) * 1000 + (delivery?.nextAttemptAt?.nanos ?? 0) / 1e6;
    await vi.waitFor(async () => {
      const webhook = await h.webhooks.getWebhook({ webhookSid: sid });
      expect(webhook).toMatchObject({ enabled: true, lastFailure: 'it answered 500', pending: 1 });
    });
    waits.push(next - clock.now());
    await clock.jump(next - clock.now());
  }
  await arrived('/down', 10);
  await settledDelivery(sid, WebhookDeliveryState.DEAD, { attempts: 10, lastFailure: 'it answered 500' });
  const hours = [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24];
  waits.forEach((wait, i) => {
    const least = (hours[i] ?? 0) * 3_600_000;
    expect(wait, `wait ${i}`).toBeGreaterThanOrEqual(least);
    expect(wait, `wait ${i}`).toBeLessThanOrEqual(least * 1.1 + 1);
  });
  expect((clock.now() - began) / 86_400_000).toBeGreaterThan(3);
  // Each attempt is signed at its own time.
  expect(new Set(got.map(({ id }) => id)).size).toBe(1);
  expect(new Set(got.map(({ timestamp }) => timestamp)).size).toBe(10);
  await vi.waitFor(async () => {
    const webhook = await h.webhooks.getWebhook({ webhookSid: sid });
    expect(webhook).toMatchObject({ enabled: false, dead: 1 });
    expect(webhook.disabledReason).toMatch(/^10 attempts over 3 days failed.*it answered 500$/);
  });
  // Disabled, it is told nothing; enabled again, what was given up can be sent again.
  await h.start();
  answers.delete('/down');
  expect(await h.webhooks.resendWebhook({ webhookSid: sid })).toMatchObject({ queued: 1 });
  await h.webhooks.updateWebhook({ webhookSid: sid, enabled: true });
  await arrived('/down', 11);
  expect(new Set(got.map(({ id }) => id)).size).toBe(1);
  await settledDelivery(sid, WebhookDeliveryState.DELIVERED, { attempts: 1 });
  const [delivery] = (await h.webhooks.listWebhookDeliveries({ webhookSid: sid })).deliveries;
  expect(await h.webhooks.resendWebhook({ webhookSid: sid, deliveryId: delivery?.id ?? '' })).toMatchObject({
    queued: 1,
  });
  await arrived('/down', 12);
  const missing = h.webhooks.resendWebhook({ webhookSid: sid, deliveryId: 'none' });
  expect((await failure(missing)).reason).toBe('DELIVERY_NOT_FOUND');
});

test('a delivery that waits for its next attempt gets it when it is named', async () => {
  answers.set('/mended', 500);
  const { sid } = await add('/mended', { events: [WebhookEvent.PLAY_CREATED] });
  await h.start();
  await arrived('/mended', 1);
  await settledDelivery(sid, WebhookDeliveryState.PENDING, { attempts: 1, lastStatus: 500 });
  answers.delete('/mended');
  const [delivery] = (await h.webhooks.listWebhookDeliveries({ webhookSid: sid })).deliveries;
  expect(await h.webhooks.resendWebhook({ webhookSid: sid })).toMatchObject({ queued: 0 });
  expect(await h.webhooks.resendWebhook({ webhookSid: sid, deliveryId: delivery?.id ?? '' })).toMatchObject({
    queued: 1,
  });
  await arrived('/mended', 2);
  await settledDelivery(sid, WebhookDeliveryState.DELIVERED, { attempts: 2 });
});

test('one delivery that a receiver never takes does not disable a webhook that takes others', async () => {
  answers.set('/picky', 400);
  const { sid } = await add('/picky', { events: [WebhookEvent.PLAY_CREATED] });
  const { sid: refused } = await h.start();
  const webhookIs = (what: object) =>
    vi.waitFor(async () => expect(await h.webhooks.getWebhook({ webhookSid: sid })).toMatchObject(what));
  for (let attempt = 1; attempt <= 10; attempt++) {
    await vi.waitFor(async () => {
      const delivery = (await deliveriesOf(sid)).find(({ playSid }) => playSid === refused);
      expect(delivery).toMatchObject({ attempts: attempt, lastStatus: 400 });
    });
    if (attempt === 5) {
      await webhookIs({ lastFailure: 'it answered 400' });
      answers.set('/picky', 204);
      await h.start();
      await webhookIs({ lastFailure: '' });
      answers.set('/picky', 400);
    }
    await clock.jump(27 * 3_600_000);
  }
  await webhookIs({ dead: 1, enabled: true, lastFailure: 'it answered 400' });
});
const deliveriesOf = async (webhookSid: string) => (await h.webhooks.listWebhookDeliveries({ webhookSid })).deliveries;

test('what a receiver asks for is heeded: a longer wait, or no more deliveries', async () => {
  answers.set('/busy', 429);
  answers.set('/gone', 410);
  const busy = await add('/busy', { events: [WebhookEvent.PLAY_CREATED] });
  const gone = await add('/gone', { events: [WebhookEvent.PLAY_CREATED] });
  await h.start();
  const delivery = await settledDelivery(busy.sid, WebhookDeliveryState.PENDING, { attempts: 1, lastStatus: 429 });
  expect(Number(delivery?.nextAttemptAt?.seconds) * 1000 - clock.now()).toBeGreaterThanOrEqual(7_199_000);
  await vi.waitFor(async () =>
    expect(await h.webhooks.getWebhook({ webhookSid: gone.sid })).toMatchObject({
      enabled: false,
      disabledReason: 'it answered 410: it wants no more deliveries',
    }),
  );
});

test('formats: a text for chat programs, and what a template makes', async () => {
  await add('/chat', { format: WebhookFormat.SLACK, events: [WebhookEvent.PAUSE_ASKED] });
  const template = '{"who": data.play.name, "asks": data.pause.message}';
  await add('/made', { template, events: [WebhookEvent.PAUSE_ASKED] });
  const { sid: never } = await add('/never', { template: 'data.nothing', events: [WebhookEvent.PAUSE_ASKED] });
  const { sid } = await h.start({ name: 'Bill <7>' });
  const { lease } = await h.claim();
  await h.pause(lease, 'q1', { message: 'Pay <12> & go?' });
  await arrived('/chat', 1);
  await arrived('/made', 1);
  const bodyOf = (path: string) => JSON.parse(got.find((one) => one.path === path)?.body.toString() ?? '');
  expect(bodyOf('/chat')).toEqual({
    text: `*Bill &lt;7&gt; (greet)* asks: Pay &lt;12&gt; &amp; go?\n<https://flows.example.com/plays/${sid}|Open the play>`,
  });
  expect(bodyOf('/made')).toEqual({ who: 'Bill <7>', asks: 'Pay <12> & go?' });
  const failed = await settledDelivery(never, WebhookDeliveryState.PENDING, { attempts: 1 });
  expect(failed?.lastFailure).toContain('template: gives nothing');
});

test('a test goes at once, also to a disabled webhook, and says how it went', async () => {
  const { sid } = await add('/try', { enabled: false });
  expect(await h.webhooks.testWebhook({ webhookSid: sid })).toMatchObject({
    event: WebhookEvent.WEBHOOK_TEST,
    state: WebhookDeliveryState.DELIVERED,
    lastStatus: 204,
  });
  answers.set('/try', 404);
  expect(await h.webhooks.testWebhook({ webhookSid: sid })).toMatchObject({
    state: WebhookDeliveryState.DEAD,
    lastFailure: 'it answered 404',
  });
  expect(jsonOf(got[0] as Got).type).toBe('webhook.test');
  expect(await deliveriesOf(sid)).toEqual([]);
});

test('what is wrong with a webhook is said when it is written', async () => {
  const fields = async (call: Promise<unknown>) => (await failure(call)).violations.map(({ field }) => field);
  const urls = ['ftp://example.com/', 'nowhere', 'http://10.0.0.1/x', 'http://[::1]:1/', 'https://a:b@example.com/'];
  for (const url of urls) expect(await fields(h.webhooks.createWebhook({ url })), url).toEqual(['url']);
  expect(await fields(add('/x', { template: '{' }))).toEqual(['template']);
  expect(await fields(add('/x', { format: WebhookFormat.JSONATA }))).toEqual(['template']);
  expect(await fields(add('/x', { format: WebhookFormat.SLACK, template: 'data' }))).toEqual(['template']);
  expect((await failure(add('/x', { workflowSid: 'w9' }))).reason).toBe('WORKFLOW_NOT_FOUND');
  for (const call of [
    () => h.webhooks.getWebhook({ webhookSid: 'w' }),
    () => h.webhooks.updateWebhook({ webhookSid: 'w' }),
    () => h.webhooks.deleteWebhook({ webhookSid: 'w' }),
    () => h.webhooks.testWebhook({ webhookSid: 'w' }),
    () => h.webhooks.resendWebhook({ webhookSid: 'w' }),
    () => h.webhooks.listWebhookDeliveries({ webhookSid: 'w' }),
  ]) {
    expect((await failure(call())).reason).toBe('WEBHOOK_NOT_FOUND');
  }
  const { sid } = await add('/x');
  expect(await fields(h.webhooks.updateWebhook({ webhookSid: sid, url: 'http://192.168.0.1/' }))).toEqual(['url']);
  expect(await fields(h.webhooks.updateWebhook({ webhookSid: sid, disabledReason: 'x' }))).toEqual(['disabled_reason']);
});

test('a crash between a change and its delivery, or during an attempt, loses nothing', async () => {
  await h.close();
  const dir = createTempDir();
  const file = `${dir.path}/s.sqlite`;
  const first = createHarness({ clock, config, file, loops: false });
  h = first;
  const { sid } = await add('/all', { events: [WebhookEvent.PLAY_CREATED] });
  await h.start();
  await first.close(true);
  expect(got).toEqual([]);
  // The next process sends it; the receiver has it, and the process is gone before it hears so.
  answers.set('/all', 0);
  h = createHarness({ clock, config, file });
  await arrived('/all', 1);
  h.commit.close();
  h.db.close();
  answers.delete('/all');
  await clock.advance(60_000);
  h = createHarness({ clock, config, file });
  await arrived('/all', 2);
  await settledDelivery(sid, WebhookDeliveryState.DELIVERED, { attempts: 2 });
  expect(new Set(got.map(({ id }) => id)).size).toBe(1);
  await h.close();
  h = createHarness({ clock, config });
  dir.remove();
});
