// Contract: with HERO_LOGIC_ACCESS=keys every call at every door shows a key and may do what its role may: each method is called as each
// role over JSON-RPC and Connect, and without a key, with a forged one, and with claims in the headers. Keys rotate, expire and are revoked;
// who did what stands in the audit log and on the plays; the Unix socket trusts its owner. Who may answer a question that a flow asks, its
// rules say, by the names of keys.

import { request } from 'node:http';
import { join } from 'node:path';
import { type DescMethod, getOption, hasOption } from '@bufbuild/protobuf';
import { type Role, roleNeeded } from '@hero-logic/platform';
import { json_rpc } from '@hero-logic/proto/herologic/options/v1/options_pb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ADMIN_KEY,
  allMethods,
  CALLERS,
  type KeyedRun,
  RANKS,
  REFUSALS,
  reasonOf,
  startKeyedRun,
} from './support/keyed-run.ts';
import { cli } from './support/local-run.ts';

let on: KeyedRun;
beforeAll(async () => {
  on = await startKeyedRun();
});
afterAll(() => on.run.remove());

const asAdmin: KeyedRun['asAdmin'] = (...asked) => on.asAdmin(...asked);
const rpc: KeyedRun['rpc'] = (...asked) => on.rpc(...asked);

function expectedFor(method: DescMethod, role: Role | undefined, reason: string): void {
  const name = `${method.parent.name}.${method.name} as ${role ?? 'nobody'}`;
  if (role === undefined) expect(reason, name).toBe('UNAUTHENTICATED');
  else if (RANKS.indexOf(role) < RANKS.indexOf(roleNeeded(method))) expect(reason, name).toBe('PERMISSION_DENIED');
  else expect(REFUSALS, name).not.toContain(reason);
}

it('every method asks for its role at every door', async () => {
  const methods = await allMethods();
  let seen = 0;
  for (const method of methods) {
    for (const role of [undefined, ...CALLERS]) {
      const key = role && on.keys.get(role);
      for (const transport of [on.http, on.grpc]) expectedFor(method, role, await reasonOf(transport, method, key));
      if (hasOption(method, json_rpc)) {
        expectedFor(method, role, (await rpc(getOption(method, json_rpc).name, {}, key)).reason);
      }
      seen += 1;
    }
  }
  expect(seen).toBeGreaterThan(200);
});

it('nothing but a good key opens a door', async () => {
  const good = on.keys.get('viewer') as string;
  const [prefix, sid] = good.split('_');
  const claims = { 'x-hero-user': 'root', 'x-hero-role': 'service' };
  for (const forged of ['x', `${prefix}_${sid}_${'A'.repeat(43)}`, good.slice(0, -1), `${good}A`, '%00', 'hl__']) {
    expect((await rpc('workflow_list', {}, forged)).reason, forged).toBe('UNAUTHENTICATED');
  }
  expect((await rpc('workflow_list', {}, undefined, claims)).reason).toBe('UNAUTHENTICATED');
  expect((await rpc('workflow_create', { name: 'x' }, good, claims)).reason).toBe('PERMISSION_DENIED');
  expect((await rpc('who_am_i', {}, good, claims)).result).toEqual({
    name: 'the viewer',
    role: 'viewer',
    namespace: '',
  });
  for (const path of ['/health', '/openrpc.json', '/.well-known/heroservice.json', '/']) {
    expect((await fetch(on.run.url + path)).status, path).toBe(200);
  }
});

it('who did it is written down', async () => {
  const operator = on.keys.get('operator') as string;
  const start = await rpc('play_start', { workflow_name: 'tour', input_data: {} }, operator, {
    'x-hero-user': 'someone else',
  });
  const play = start.result as unknown as { sid: string; trigger: string };
  expect(play.trigger).toBe('the operator');
  expect((await rpc('play_cancel', { play_sid: play.sid }, on.keys.get('viewer'))).reason).toBe('PERMISSION_DENIED');
  await rpc('play_cancel', { play_sid: play.sid }, operator);
  const log = async () =>
    JSON.parse((await asAdmin(['audit', '-o', 'json'])).stdout).events as Record<string, unknown>[];
  await expect
    .poll(
      async () =>
        (await log())
          .filter(
            (e) => (e.subject as { play_sid?: string }).play_sid === play.sid || e.method === 'PlayService.StartPlay',
          )
          .map((e) => [e.caller, e.method, e.refusal]),
      { timeout: 20_000 },
    )
    .toEqual(
      expect.arrayContaining([
        ['the operator', 'PlayService.CancelPlay', ''],
        ['the operator', 'PlayService.StartPlay', ''],
      ]),
    );
  expect((await log()).some((e) => e.caller === 'the viewer' && e.refusal === 'PERMISSION_DENIED')).toBe(true);
  expect((await log()).every((e) => e.method !== 'PlayService.GetPlay')).toBe(true);
  expect((await asAdmin(['audit'], operator)).code).not.toBe(0);
});

const APPROVAL = `
from hero_tracing import flow

@flow(name="approval")
def approval() -> str:
    return "paid" if flow.pause("pay", schema={"type": "boolean"}, quorum=2, no_self_approval=True) else "kept"
`;

it('a question of a flow is answered by whom its rules let', { timeout: 120_000 }, async () => {
  const [operator, author] = [on.keys.get('operator') as string, on.keys.get('author') as string];
  await rpc('workflow_create', { name: 'approval', python_source: APPROVAL }, author);
  const start = await rpc('play_start', { workflow_name: 'approval', input_data: {}, wait_ms: 60_000 }, operator);
  const { sid, pending_resumes: asked } = start.result as unknown as { sid: string; pending_resumes: object[] };
  expect(asked).toMatchObject([{ name: 'pay', rules: { quorum: 2, no_self_approval: true } }]);
  const as = (key: string, ...args: string[]) => asAdmin(['play', ...args], key);

  expect((await as(operator, 'claim', sid)).stderr).toContain('ANSWER_NOT_ALLOWED');
  const refused = await as(operator, 'answer', sid, 'pay', 'yes');
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/"the operator" started the play.*ANSWER_NOT_ALLOWED/s),
  });

  expect((await as(author, 'claim', sid, 'pay', '--for', '1h')).stdout).toMatch(/^pay is yours until 2/);
  expect((await as(ADMIN_KEY, 'answer', sid, 'yes')).stderr).toContain('RESUME_CLAIMED');
  expect((await as(author, 'release', sid)).stdout).toBe('pay is free again\n');
  // A link is for whoever has it, and the rules ask who that is.
  expect((await as(author, 'resume-url', sid)).stderr).toContain('ANSWER_NOT_ALLOWED');

  expect((await as(author, 'answer', sid, 'yes')).stdout).toBe('pay noted; 1 more must agree\n');
  expect((await as(ADMIN_KEY, 'answer', sid, 'yes')).stdout).toBe('pay answered\n');
  const done = await rpc('play_wait', { play_sid: sid, until: 'terminal', timeout_ms: 60_000 }, operator);
  expect(done.result).toMatchObject({ status: 'success', output_data: '"paid"' });
});

it('keys rotate, expire and are revoked', async () => {
  const made = await asAdmin(['key', 'create', 'ci', '--role', 'viewer', '--expires', '1h']);
  const first = made.stdout.trim();
  expect(made.stderr).toContain('only time');
  expect((await asAdmin(['key', 'create', 'ci', '--role', 'viewer'])).stderr).toContain('API_KEY_NAME_TAKEN');
  const second = (await asAdmin(['key', 'rotate', 'ci'])).stdout.trim();
  for (const text of [first, second]) expect((await rpc('who_am_i', {}, text)).result).toMatchObject({ name: 'ci' });
  const third = (await asAdmin(['key', 'rotate', 'ci', '--grace', '0s'])).stdout.trim();
  expect((await rpc('who_am_i', {}, third)).result).toMatchObject({ name: 'ci' });
  const refused = (text: string) =>
    expect.poll(async () => (await rpc('who_am_i', {}, text)).reason, { timeout: 15_000 }).toBe('UNAUTHENTICATED');
  await refused(second);
  expect((await asAdmin(['key', 'revoke', 'ci'])).stdout).toContain('revoked');
  await refused(third);
  expect((await asAdmin(['key', 'rotate', 'ci'])).stderr).toContain('API_KEY_REVOKED');
  expect((await asAdmin(['key', 'list'])).stdout).toMatch(/^ci\tviewer\trevoked\t/m);
  expect((await cli(on.run, ['flow', 'list'])).stderr).toContain('HERO_LOGIC_KEY');
  const past = await rpc('api_key_create', { name: 'late', role: 'viewer', expires_at: 1 }, ADMIN_KEY);
  expect(past.error).toMatchObject({ data: { violations: [{ field: 'expires_at' }] } });
});

it('the Unix socket trusts its owner', async () => {
  const socketPath = join(on.run.root, 'var/sockets/hero_logic/rpc.sock');
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'who_am_i' });
  const text = await new Promise<string>((resolve, reject) => {
    const sent = request(
      { socketPath, path: '/rpc', method: 'POST', headers: { 'x-hero-user': 'Ada' } },
      (response) => {
        let got = '';
        response.on('data', (chunk) => (got += chunk));
        response.on('end', () => resolve(got));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
  expect(JSON.parse(text).result).toEqual({ name: 'Ada', role: 'admin', namespace: '' });
});

it('a server for others needs keys', async () => {
  const open = await cli(on.run, ['dev', '--host', '0.0.0.0', '--port', '0']);
  expect(open).toMatchObject({ code: 2 });
  expect(open.stderr).toContain('HERO_LOGIC_ACCESS=keys');
  const short = await cli({ ...on.run, env: { ...on.run.env, HERO_LOGIC_ADMIN_KEY: 'short' } }, ['dev', '--port', '0']);
  expect(short.stderr).toContain('HERO_LOGIC_ADMIN_KEY must be at least 32 characters');
});
