// Contract: over a real server, a signed delivery starts a play once, also when it is repeated after a crash; each refusal has its status,
// reason and line in the log; a link shows its question by GET and answers it by POST only; a webhook is told of plays, and what did not
// arrive before a crash arrives after it.

import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cli, type LocalRun, startLocalRun } from './support/local-run.ts';

let run: LocalRun;
let secret = '';
let triggerSid = '';
beforeAll(async () => {
  run = await startLocalRun({ env: { HERO_LOGIC_WEBHOOK_NETWORKS: '127.0.0.1' } });
  const spec = { slug: 'moon', inputs: { project: '/data/project' } };
  const params = { workflow_name: 'tour', kind: 'webhook', spec };
  const made = await run.rpc<{ sid: string; webhook_secret: string }>('trigger_create', params);
  secret = made.webhook_secret;
  triggerSid = made.sid;
});
afterAll(() => run.remove());

interface Reply {
  readonly status: number;
  readonly body: { result?: string; play_sid?: string; error?: { reason: string; message: string } };
}

async function send(path: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(`${run.url}${path}`, init);
  return { status: response.status, body: (await response.json()) as Reply['body'] };
}

function deliver(
  id: string,
  body: string,
  more: { at?: number; headers?: Record<string, string>; path?: string } = {},
) {
  const timestamp = String(Math.floor((more.at ?? Date.now()) / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature, ...more.headers };
  return send(more.path ?? '/hooks/moon', { method: 'POST', body, headers });
}

const GOOD = '{"data":{"project":"Moon"}}';

test('a delivery starts one play, however often it comes', async () => {
  const first = await deliver('msg_1', GOOD);
  expect(first).toMatchObject({ status: 202, body: { result: 'accepted', play_sid: expect.any(String) } });
  expect(await deliver('msg_1', GOOD)).toMatchObject({
    status: 200,
    body: { result: 'duplicate', play_sid: first.body.play_sid },
  });
  await run.crash();
  await run.restart();
  expect(await deliver('msg_1', GOOD)).toMatchObject({ status: 200, body: { play_sid: first.body.play_sid } });
  // Any content type: the bytes are what counts.
  expect((await deliver('msg_2', GOOD, { headers: { 'content-type': 'text/plain' } })).status).toBe(202);
  expect((await deliver('msg_3', GOOD, { path: `/hooks/${triggerSid}` })).status).toBe(202);
});

test('refusals', async () => {
  const outcome = ({ status, body }: Reply) => `${status} ${body.error?.reason}`;
  expect(outcome(await deliver('bad_1', GOOD, { headers: { 'webhook-signature': 'v1,AAAA' } }))).toBe(
    '401 HOOK_UNSIGNED',
  );
  expect(outcome(await deliver('bad_2', GOOD, { at: Date.now() - 600_000 }))).toBe('401 HOOK_UNSIGNED');
  expect(outcome(await send('/hooks/moon', { method: 'POST', body: GOOD }))).toBe('401 HOOK_UNSIGNED');
  expect(outcome(await deliver('bad_3', 'no json'))).toBe('400 INVALID_JSON');
  expect(outcome(await deliver('bad_4', '{"data":{"project":5}}'))).toBe('422 INVALID_INPUT');
  expect(outcome(await deliver('bad_5', `"${'x'.repeat(1_100_000)}"`))).toBe('413 TOO_LARGE');
  expect(outcome(await deliver('x'.repeat(5000), GOOD))).toBe('401 HOOK_UNSIGNED');
  expect(outcome(await deliver('bad_6', GOOD, { path: '/hooks/sun' }))).toBe('404 TRIGGER_NOT_FOUND');
  expect((await send('/hooks/moon', { method: 'PUT', body: GOOD })).status).toBe(405);
  const { deliveries } = await run.rpc<{ deliveries: { result: string; reason: string }[] }>('trigger_deliveries', {
    trigger_sid: triggerSid,
  });
  expect(deliveries.filter(({ result }) => result === 'refused').map(({ reason }) => reason)).toEqual([
    'HOOK_UNSIGNED',
    'TOO_LARGE',
    'INVALID_INPUT',
    'INVALID_JSON',
    'HOOK_UNSIGNED',
    'HOOK_UNSIGNED',
    'HOOK_UNSIGNED',
  ]);
});

test('from the command line', async () => {
  const trigger = (...args: string[]) => cli(run, ['trigger', ...args]);
  const added = await trigger('add', 'tour', '--webhook', '--slug', 'mars', '--map', 'project=/p');
  const [, sid = '', path, made] =
    /^(\S{26}) \(POST http:\S+(\/hooks\/mars)\)\n(whsec_\S+)\n$/.exec(added.stdout) ?? [];
  expect(path).toBe('/hooks/mars');
  expect((await trigger('test', sid, '{"p":"Mars"}')).stdout).toBe('{"project":"Mars"}\n');
  expect((await trigger('test', sid, '{"p":5}')).stderr).toContain('input_data.project');
  const rotated = (await trigger('rotate', sid, '--grace', '0s')).stdout;
  expect(rotated).toContain('whsec_');
  expect(rotated).not.toContain(made);
  expect((await deliver('cli_1', '{"p":"Mars"}', { path: '/hooks/mars' })).status).toBe(401);
  expect((await trigger('deliveries', sid)).stdout).toMatch(/\tcli_1\trefused\t\t.*\[HOOK_UNSIGNED\]\n$/);
  expect((await trigger('list', '--flow', 'tour')).stdout).toContain('\tPOST /hooks/mars\t');
  expect((await trigger('add', 'tour', '--webhook', '--cron', '* * * * *')).stderr).toContain('in one way');
  expect((await trigger('add', 'tour', '--cron', '* * * * *', '--slug', 'x')).stderr).toContain('only for --webhook');
}, 120_000);

test('a link', async () => {
  const started = await run.rpc<{ sid: string; pending_resumes: { id: string; name: string }[] }>('play_start', {
    workflow_name: 'tour',
    input_data: { project: 'Link' },
    wait_ms: 60_000,
  });
  const [question] = started.pending_resumes;
  const link = await cli(run, ['play', 'resume-url', started.sid, 'tone', '--expires', '1h']);
  expect(link).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Whoever has it can answer, until 2.*Z\n$/) });
  expect(link.stdout).toMatch(new RegExp(`^${run.url}/resume/\\S+\n$`));
  const inJson = await cli(run, ['play', 'resume-url', started.sid, '-o', 'json']);
  expect(JSON.parse(inJson.stdout)).toMatchObject({ url: expect.stringMatching(/^\/resume\//) });
  expect((await cli(run, ['play', 'resume-url', started.sid, 'tune'])).code).not.toBe(0);
  const url = new URL(link.stdout.trim()).pathname;
  expect(await send(url, { method: 'GET' })).toMatchObject({ status: 200, body: { id: question?.id, name: 'tone' } });
  expect((await send(url, { method: 'POST', body: '5' })).status).toBe(422);
  expect(await send(url, { method: 'POST', body: Buffer.from('"caf\xe9"', 'latin1') })).toMatchObject({
    status: 400,
    body: { error: { reason: 'INVALID_JSON', message: expect.stringContaining('UTF-8') } },
  });
  expect(await send(url, { method: 'POST', body: '"warm"' })).toMatchObject({ status: 200, body: { ok: true } });
  expect(await send(url, { method: 'POST', body: '"plain"' })).toMatchObject({ status: 409 });
  expect(await send('/resume/guessed', { method: 'POST', body: '"plain"' })).toMatchObject({
    status: 404,
    body: { error: { reason: 'LINK_NOT_FOUND' } },
  });
  const done = await run.rpc<{ status: string }>('play_wait', {
    play_sid: started.sid,
    timeout_ms: 60_000,
    until: 'terminal',
  });
  expect(done.status).toBe('success');
}, 120_000);

test('telling others, from the command line and across a crash', async () => {
  const webhook = (...args: string[]) => cli(run, ['webhook', ...args]);
  const got: { id: string; type: string }[] = [];
  let status = 500;
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ id: String(request.headers['webhook-id']), type: JSON.parse(Buffer.concat(chunks).toString()).type });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const [sid = '', shown] = (await webhook('add', url, '--on', 'play.created', '--flow', 'tour')).stdout.split('\n');
  expect(shown).toMatch(/^whsec_/);
  expect((await webhook('add', 'http://10.0.0.1/')).stderr).toContain('is a private address');
  expect((await webhook('add', url, '--on', 'play.lost')).stderr).toContain('there is no such event');
  expect(await webhook('test', sid)).toMatchObject({ code: 1, stdout: expect.stringContaining('it answered 500') });
  await run.rpc('play_start', { workflow_name: 'tour', input_data: { project: 'Told' } });
  await vi.waitFor(() => expect(got).toHaveLength(2));
  const failing = { last_failure: 'it answered 500', pending: 1 };
  await vi.waitFor(async () => expect(await run.rpc('webhook_get', { webhook_sid: sid })).toMatchObject(failing));
  await run.crash();
  status = 204;
  await run.restart();
  await vi.waitFor(() => expect(got).toHaveLength(3), { timeout: 30_000, interval: 100 });
  expect(got.map(({ type }) => type)).toEqual(['webhook.test', 'play.created', 'play.created']);
  expect(got[2]?.id).toBe(got[1]?.id);
  expect((await webhook('show', sid)).stdout).toContain('on        play.created');
  expect((await webhook('test', sid)).stdout).toMatch(/^delivered \(204\)/);
  expect((await webhook('deliveries', sid)).stdout).toMatch(/\tplay.created\t\w+\t2\tdelivered \(204\)\t/);
  expect((await webhook('deliveries', sid, '--dead')).stderr).toContain('Nothing was given up');
  expect((await webhook('resend', sid)).stdout).toBe('Nothing was given up.\n');
  expect((await webhook('disable', sid, '--reason', 'moving')).stdout).toContain('disabled: moving');
  expect((await webhook('list')).stdout).toContain('\tplay.created\tdisabled: moving\t');
  expect((await webhook('remove', sid)).stdout).toContain('removed');
  receiver.close();
}, 120_000);
