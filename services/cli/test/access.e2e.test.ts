// Contract: with HERO_LOGIC_ACCESS=keys every call at every door shows a key and may do what its role may: each method is called as each
// role over JSON-RPC and Connect, and without a key, with a forged one, and with claims in the headers. Keys rotate, expire and are revoked;
// who did what stands in the audit log and on the plays; the Unix socket trusts its owner. A key for a namespace finds nothing of another: each
// method with each sid that it takes, and the lists; as each role it may call what its role may, in its namespace alone, and in another nothing. Who may answer a question that a flow asks, its rules say, by the names of keys.

import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { create, type DescMethod, type DescService, getOption, hasOption, type Message } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { looksAtNamespace, type Role, roleNeeded, toHeroError } from '@hero-logic/platform';
import { json_rpc } from '@hero-logic/proto/herologic/options/v1/options_pb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli, type LocalRun, startLocalRun } from './support/local-run.ts';

const ADMIN_KEY = 'the-admin-key-of-this-test-0123456789';
const RANKS = ['viewer', 'operator', 'author', 'admin', 'service'] as const;
const CALLERS = ['viewer', 'operator', 'author', 'admin'] as const;
const generated = new URL('../../../proto/gen/herologic/', import.meta.url);

let run: LocalRun;
const keys = new Map<Role, string>();
beforeAll(async () => {
  run = await startLocalRun({ env: { HERO_LOGIC_ACCESS: 'keys', HERO_LOGIC_ADMIN_KEY: ADMIN_KEY } });
  for (const role of CALLERS)
    keys.set(role, (await asAdmin(['key', 'create', `the ${role}`, '--role', role])).stdout.trim());
});
afterAll(() => run.remove());

const asAdmin = (args: string[], key = ADMIN_KEY) => cli({ ...run, env: { ...run.env, HERO_LOGIC_KEY: key } }, args);
const bearer = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

async function rpc(method: string, params: object, key: string | undefined, more: Record<string, string> = {}) {
  const response = await fetch(`${run.url}/rpc`, {
    method: 'POST',
    headers: { ...bearer(key), ...more },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const reply = (await response.json()) as { result?: never; error?: { code: number; data?: { reason?: string } } };
  return { ...reply, reason: reply.error?.data?.reason ?? '' };
}

async function allMethods(): Promise<DescMethod[]> {
  const files = readdirSync(generated, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('_pb.js'));
  const modules = await Promise.all(files.map((file) => import(new URL(file, generated).href)));
  const services = modules
    .flatMap((module) => Object.values(module) as DescService[])
    .filter((d) => d.kind === 'service');
  return services.flatMap((service) => service.methods);
}

/** The reason that a call ends with, with an empty request unless told; empty when it ends well. */
async function reasonOf(
  transport: Transport,
  method: DescMethod,
  key: string | undefined,
  message: Message = create(method.input),
  more: Record<string, string> = {},
): Promise<string> {
  const signal = AbortSignal.timeout(20_000);
  try {
    if (method.methodKind === 'unary') {
      await transport.unary(method as never, signal, undefined, { ...bearer(key), ...more }, message as never);
    } else {
      const requests = (async function* () {
        yield message;
      })();
      const reply = await transport.stream(
        method as never,
        signal,
        undefined,
        { ...bearer(key), ...more },
        requests as never,
      );
      for await (const _ of reply.message) break;
    }
    return '';
  } catch (error) {
    return toHeroError(error).reason;
  }
}

const REFUSALS = ['UNAUTHENTICATED', 'PERMISSION_DENIED', 'METHOD_NOT_FOUND'];

function expectedFor(method: DescMethod, role: Role | undefined, reason: string): void {
  const name = `${method.parent.name}.${method.name} as ${role ?? 'nobody'}`;
  if (role === undefined) expect(reason, name).toBe('UNAUTHENTICATED');
  else if (RANKS.indexOf(role) < RANKS.indexOf(roleNeeded(method))) expect(reason, name).toBe('PERMISSION_DENIED');
  else expect(REFUSALS, name).not.toContain(reason);
}

it('every method asks for its role at every door', async () => {
  const http = createConnectTransport({ baseUrl: run.url, httpVersion: '1.1' });
  const grpc = createGrpcTransport({ baseUrl: `http://127.0.0.1:${run.port + 1}` });
  const methods = await allMethods();
  let seen = 0;
  for (const method of methods) {
    for (const role of [undefined, ...CALLERS]) {
      const key = role && keys.get(role);
      for (const transport of [http, grpc]) expectedFor(method, role, await reasonOf(transport, method, key));
      if (hasOption(method, json_rpc)) {
        expectedFor(method, role, (await rpc(getOption(method, json_rpc).name, {}, key)).reason);
      }
      seen += 1;
    }
  }
  expect(seen).toBeGreaterThan(200);
});

const SIDS = {
  workflow_sid: 'workflow',
  version_sid: 'version',
  workflow_version_sid: 'version',
  example_sid: 'example',
  example_sids: 'example',
  play_sid: 'play',
  parent_play_sid: 'play',
  trigger_sid: 'trigger',
  benchmark_sid: 'benchmark',
  base_sid: 'benchmark',
  other_sid: 'benchmark',
  fingerprint: 'error_group',
  job_sid: 'bulk_job',
  webhook_sid: 'webhook',
} as const;

/** One of everything, made with a key. */
async function makeAll(key: string): Promise<Record<(typeof SIDS)[keyof typeof SIDS], string>> {
  const made = async (method: string, params: object) => {
    const { result, error } = await rpc(method, params, key);
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result as unknown as { sid: string; current_version_sid: string; output_data: string; status: string };
  };
  const python_source =
    'from hero_tracing import flow\n@flow\ndef shared(n: int = 1) -> list:\n    if n < 0:\n        raise ValueError("n is below 0")\n    return [w["name"] for w in flow.call("workflow_list")["workflows"]]\n';
  const workflow = await made('workflow_create', { name: 'shared', python_source });
  const of = { workflow_sid: workflow.sid };
  const play = await made('play_start', { workflow_name: 'shared', input_data: {}, wait_ms: 30_000 });
  expect(play, 'it sees its own namespace alone').toMatchObject({ status: 'success', output_data: '["shared"]' });
  const failed = await made('play_start', { workflow_name: 'shared', input_data: { n: -1 }, wait_ms: 30_000 });
  expect(failed.status).toBe('failed');
  const example = await made('example_upsert', { ...of, name: 'e', input_values: { n: 1 } });
  const trigger = await made('trigger_create', { workflow_name: 'shared', kind: 'cron', spec: { cron: '0 0 1 1 *' } });
  const benchmark = await made('benchmark_run', of);
  const errorGroup = await expect
    .poll(() => groupsFor(key), { timeout: 20_000 })
    .toMatchObject([{ workflow_sid: workflow.sid }])
    .then(() => groupsFor(key));
  const job = await made('play_bulk_start', {
    action: 'rerun',
    filter: 'workflow:shared -status:success',
    request_id: 'r1',
  });
  // Disabled: it is told nothing.
  const webhook = await made('webhook_create', { url: 'https://example.com/hook', enabled: false, request_id: 'r1' });
  await made('secret_set', { name: 'token', value: 'a-secret-value', workflows: ['*'] });
  return {
    ...{ workflow: workflow.sid, version: workflow.current_version_sid, play: play.sid },
    ...{ example: example.sid, trigger: trigger.sid, benchmark: benchmark.sid },
    bulk_job: job.sid,
    webhook: webhook.sid,
    error_group: errorGroup[0]?.fingerprint ?? '',
  };
}

async function groupsFor(key: string) {
  const { result } = await rpc('error_group_list', {}, key);
  return (result as unknown as { groups: { fingerprint: string; workflow_sid: string }[] }).groups;
}

it('nothing of another namespace is there', async () => {
  const keyFor = async (team: string) =>
    (await asAdmin(['key', 'create', team, '--role', 'admin', '--namespaces', team])).stdout.trim();
  const [a, b] = [await keyFor('team-a'), await keyFor('team-b')];
  const theirs = await makeAll(a);
  const ours = await makeAll(b);
  const http = createConnectTransport({ baseUrl: run.url, httpVersion: '1.1' });
  const grpc = createGrpcTransport({ baseUrl: `http://127.0.0.1:${run.port + 1}` });
  const outcomes = new Map<string, string>();
  for (const method of await allMethods()) {
    if (roleNeeded(method) === 'service') continue;
    for (const field of method.input.fields) {
      const kind = SIDS[field.name as keyof typeof SIDS];
      if (kind === undefined) continue;
      const value = field.fieldKind === 'list' ? [theirs[kind]] : theirs[kind];
      const init =
        field.oneof === undefined
          ? { [field.localName]: value }
          : { [field.oneof.localName]: { case: field.localName, value } };
      const message = create(method.input, init);
      for (const transport of [http, grpc]) {
        const reason = await reasonOf(transport, method, b, message);
        outcomes.set(`${method.name} ${field.name}`, reason);
        expect(reason, `${method.name} with another's ${field.name}`).toBe(`${kind.toUpperCase()}_NOT_FOUND`);
      }
    }
  }
  expect(outcomes.size).toBeGreaterThan(50);

  const as = async (key: string | undefined, method: string, params = {}, more = {}) =>
    (await rpc(method, params, key, more)) as unknown as {
      result: Record<string, Record<string, string>[]>;
      reason: string;
    };
  expect((await as(b, 'workflow_list')).result.workflows?.map((w) => w.sid)).toEqual([ours.workflow]);
  expect((await as(b, 'flow_library_search', { query: 'shared', limit: 10 })).result).toEqual([ours.workflow]);
  expect((await as(b, 'trigger_list')).result.triggers?.map((t) => t.sid)).toEqual([ours.trigger]);
  expect((await as(b, 'secret_list')).result.secrets?.map((s) => s.namespace)).toEqual(['team-b']);
  expect(ours.error_group, 'the same failure, but another group').not.toBe(theirs.error_group);
  expect((await groupsFor(b)).map((g) => g.fingerprint)).toEqual([ours.error_group]);
  const state = { fingerprint: ours.error_group, state: 'resolved' };
  expect((await as(b, 'error_group_set_state', state)).result).toMatchObject({
    changed_by: 'team-b',
    namespace: 'team-b',
  });
  expect((await rpc('error_group_get', { fingerprint: theirs.error_group }, a)).result).toMatchObject({
    state: 'open',
  });
  const groups = (await groupsFor(ADMIN_KEY)).map((g) => g.fingerprint);
  expect(groups).toEqual(expect.arrayContaining([ours.error_group, theirs.error_group]));
  expect((await as(b, 'play_bulk_list')).result.jobs?.map((job) => [job.sid, job.namespace])).toEqual([
    [ours.bulk_job, 'team-b'],
  ]);
  expect((await as(b, 'webhook_list')).result.webhooks?.map((one) => [one.sid, one.namespace])).toEqual([
    [ours.webhook, 'team-b'],
  ]);
  expect((await as(b, 'webhook_update', { webhook_sid: ours.webhook, name: 'mine' })).result.name).toBe('mine');
  expect((await as(b, 'webhook_deliveries', { webhook_sid: ours.webhook })).result.deliveries).toEqual([]);
  const shown = await Promise.all([
    asAdmin(['webhook', 'show', ours.webhook], b),
    asAdmin(['errors', 'show', ours.error_group], b),
    asAdmin(['play', 'bulk', 'show', ours.bulk_job], b),
  ]);
  for (const { stdout } of shown) expect(stdout).toMatch(/\bin +team-b\b/);
  const forAll = await rpc('webhook_create', { url: 'https://example.com/all', enabled: false }, ADMIN_KEY);
  const { sid: everybodys } = forAll.result as unknown as { sid: string };
  expect((await as(b, 'webhook_delete', { webhook_sid: everybodys })).reason).toBe('WEBHOOK_NOT_FOUND');
  expect((await as(b, 'webhook_delete', { webhook_sid: ours.webhook })).reason).toBe('');
  const everything = { filter: 'created>=1970-01-01' };
  const seen = (await as(b, 'play_list', { page_size: 1000 })).result.plays ?? [];
  expect(new Set(seen.map((play) => play.namespace))).toEqual(new Set(['team-b']));
  expect((await as(b, 'play_bulk_count', everything)).result).toMatchObject({ matches: seen.length });
  expect((await as(b, 'play_bulk_start', { action: 'cancel', filter: 'workflow:tour' })).reason).toBe(
    'INVALID_ARGUMENT',
  );
  expect((await as(b, 'workflow_get', { name: 'tour' })).reason).toBe('WORKFLOW_NOT_FOUND');
  expect((await as(b, 'workflow_list', {}, { 'x-hero-namespace': 'team-a' })).reason).toBe('PERMISSION_DENIED');
  expect((await as(b, 'api_key_list')).reason).toBe('PERMISSION_DENIED');
  expect((await as(b, 'audit_list')).reason).toBe('PERMISSION_DENIED');
  const everywhere = (await as(ADMIN_KEY, 'workflow_list')).result.workflows?.map((w) => w.sid);
  expect(everywhere).toEqual(expect.arrayContaining([ours.workflow, theirs.workflow]));
  const inA = await as(ADMIN_KEY, 'workflow_list', {}, { 'x-hero-namespace': 'team-a' });
  expect(inA.result.workflows?.map((w) => w.sid)).toEqual([theirs.workflow]);

  const file = join(run.root, 'theirs.json');
  expect(await asAdmin(['play', 'export', theirs.play, '--out', file], a)).toMatchObject({ code: 0 });
  const imported = await asAdmin(['play', 'import', file, '-o', 'json'], b);
  expect(imported, imported.stderr).toMatchObject({ code: 0 });
  const { sid, workflow_sid } = JSON.parse(imported.stdout) as { sid: string; workflow_sid: string };
  expect(workflow_sid, 'the flow of this name in its own namespace').toBe(ours.workflow);
  expect((await as(b, 'play_list', { workflow_sid })).result.plays?.map((play) => play.sid)).toContain(sid);
  expect((await as(a, 'play_status', { play_sid: sid })).reason).toBe('PLAY_NOT_FOUND');
  const recorded_json = readFileSync(file, 'utf8');
  const there = await as(b, 'play_import', { workflow_sid: theirs.workflow, recorded_json });
  expect(there.reason).toBe('WORKFLOW_NOT_FOUND');
});

it('every method asks for its role in the namespace of the caller, and in no other', { timeout: 120_000 }, async () => {
  const grpc = createGrpcTransport({ baseUrl: `http://127.0.0.1:${run.port + 1}` });
  const methods = await allMethods();
  const keyFor = async (role: Role) =>
    (await asAdmin(['key', 'create', `matrix ${role}`, '--role', role, '--namespaces', 'matrix'])).stdout.trim();
  const confined = new Map(await Promise.all(CALLERS.map(async (role) => [role, await keyFor(role)] as const)));
  let open = 0;
  for (const method of methods) {
    for (const role of CALLERS) {
      const name = `${method.parent.name}.${method.name} as ${role}`;
      const key = confined.get(role);
      const here = await reasonOf(grpc, method, key);
      const mayIt = RANKS.indexOf(role) >= RANKS.indexOf(roleNeeded(method)) && looksAtNamespace(method);
      if (mayIt) {
        expect(REFUSALS, name).not.toContain(here);
        open += 1;
      } else expect(here, name).toBe('PERMISSION_DENIED');
      const elsewhere = await reasonOf(grpc, method, key, undefined, { 'x-hero-namespace': 'team-a' });
      expect(elsewhere, `${name} elsewhere`).toBe('PERMISSION_DENIED');
      // A key for all, acting in one.
      const narrowed = await reasonOf(grpc, method, keys.get(role), undefined, { 'x-hero-namespace': 'matrix' });
      if (mayIt) expect(REFUSALS, `${name} narrowed`).not.toContain(narrowed);
      else expect(narrowed, `${name} narrowed`).toBe('PERMISSION_DENIED');
    }
  }
  expect(open).toBeGreaterThan(25);
});

it('nothing but a good key opens a door', async () => {
  const good = keys.get('viewer') as string;
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
    expect((await fetch(run.url + path)).status, path).toBe(200);
  }
});

it('who did it is written down', async () => {
  const operator = keys.get('operator') as string;
  const start = await rpc('play_start', { workflow_name: 'tour', input_data: {} }, operator, {
    'x-hero-user': 'someone else',
  });
  const play = start.result as unknown as { sid: string; trigger: string };
  expect(play.trigger).toBe('the operator');
  expect((await rpc('play_cancel', { play_sid: play.sid }, keys.get('viewer'))).reason).toBe('PERMISSION_DENIED');
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
  const [operator, author] = [keys.get('operator') as string, keys.get('author') as string];
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
  expect((await cli(run, ['flow', 'list'])).stderr).toContain('HERO_LOGIC_KEY');
  const past = await rpc('api_key_create', { name: 'late', role: 'viewer', expires_at: 1 }, ADMIN_KEY);
  expect(past.error).toMatchObject({ data: { violations: [{ field: 'expires_at' }] } });
});

it('the Unix socket trusts its owner', async () => {
  const socketPath = join(run.root, 'var/sockets/hero_logic/rpc.sock');
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
  const open = await cli(run, ['dev', '--host', '0.0.0.0', '--port', '0']);
  expect(open).toMatchObject({ code: 2 });
  expect(open.stderr).toContain('HERO_LOGIC_ACCESS=keys');
  const short = await cli({ ...run, env: { ...run.env, HERO_LOGIC_ADMIN_KEY: 'short' } }, ['dev', '--port', '0']);
  expect(short.stderr).toContain('HERO_LOGIC_ADMIN_KEY must be at least 32 characters');
});
