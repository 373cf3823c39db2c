// Contract: whatever arrives at a door, there is an answer within seconds: never a crash, never a hang, never a failure without a reason of the
// closed list, never INTERNAL. Doors: Connect as JSON and as bytes, JSON-RPC, webhooks, the form of a question, the sign-in form. A question stays
// open whatever its form is sent, until a good answer comes. For longer runs:
// FUZZ_SECONDS=60 FUZZ_SEED=7 npx vitest run services/cli/test/fuzz.e2e.test.ts

import { createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { type DescMethod, type DescService, getOption, hasOption, toJsonString } from '@bufbuild/protobuf';
import { isReason } from '@hero-logic/platform';
import { createRandom, type Random } from '@hero-logic/platform/testing';
import { json_rpc } from '@hero-logic/proto/herologic/options/v1/options_pb';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type LocalRun, startLocalRun } from './support/local-run.ts';
import { damaged, oddBytes, oddMessage } from './support/random-requests.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 2);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const ANSWER_WITHIN_MS = 20_000;
const KEY = 'the-admin-key-of-this-test-0123456789';
const generated = new URL('../../../proto/gen/herologic/', import.meta.url);
/** They wait as long as they are told to. */
const WAITS = ['WaitPlay', 'WatchPlay', 'AcquirePlays'];

let run: LocalRun;
let methods: DescMethod[];
let hook: { sid: string; webhook_secret: string };
/** Path of the link to a question, and what would answer it. */
let form: { path: string; answer: string };
beforeAll(async () => {
  run = await startLocalRun({
    env: { HERO_LOGIC_ACCESS: 'keys', HERO_LOGIC_ADMIN_KEY: KEY, HERO_LOGIC_CALLS_PER_SECOND: '0' },
  });
  const files = readdirSync(generated, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('_pb.js'));
  const modules = await Promise.all(files.map((file) => import(new URL(file, generated).href)));
  const services = modules.flatMap((m) => Object.values(m) as DescService[]).filter((d) => d.kind === 'service');
  methods = services
    .flatMap((service) => service.methods)
    .filter(({ name, methodKind }) => methodKind === 'unary' && !WAITS.includes(name));
  const params = { workflow_name: 'tour', kind: 'webhook', spec: { slug: 'fuzz' } };
  const made = await send('/rpc', {
    headers: authorized,
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'trigger_create', params }),
  });
  hook = made.body.result as never;
  form = await askQuestion();
});
afterAll(() => run.remove());
afterEach(async () => {
  expect((await fetch(`${run.url}/health`)).status, 'it lives on').toBe(200);
});

const authorized = { authorization: `Bearer ${KEY}` };

interface Sent {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function send(path: string, init: RequestInit): Promise<Sent> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const response = await fetch(`${run.url}${path}`, { method: 'POST', signal, ...init });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : { text } };
}

/** Reasons in the places where each door puts them. */
function reasonsOf(body: Record<string, unknown>): string[] {
  const { error, details } = body as {
    error?: { reason?: string; data?: { reason?: string } };
    details?: { debug?: { reason?: string } }[];
  };
  return [error?.reason, error?.data?.reason, ...(details ?? []).map((d) => d.debug?.reason)].filter(
    (reason) => reason !== undefined,
  );
}

function judge({ status, body }: Sent, what: string): void {
  const reasons = reasonsOf(body);
  expect(reasons, what).not.toContain('INTERNAL');
  expect(status, `${what} ${JSON.stringify(body).slice(0, 300)}`).not.toBe(500);
  if (status < 400 || [404, 405, 415].includes(status)) return;
  expect(reasons.length, `${what} ${status} ${JSON.stringify(body).slice(0, 300)}`).toBeGreaterThan(0);
  expect(reasons.every(isReason), `${what} ${reasons.join()}`).toBe(true);
}

/** `most`: of requests, unless a longer run is asked for. */
async function fuzz(
  name: string,
  one: (random: Random) => Promise<void>,
  most = Number.POSITIVE_INFINITY,
): Promise<void> {
  const end = process.env.FUZZ_SECONDS === undefined ? most : Number.POSITIVE_INFINITY;
  const random = createRandom(SEED ^ name.length);
  const until = performance.now() + SECONDS * 1000;
  let count = 0;
  for (; count < end && (performance.now() < until || count < 20); count++) await one(random);
  console.log(`fuzz ${name}: ${count} requests, seed ${SEED}`);
}

it('Connect as JSON', () =>
  fuzz('connect json', async (random) => {
    const method = random.pick(methods);
    const text = jsonOf(random, method);
    const body = random.below(4) === 0 ? damaged(random, Buffer.from(text)) : text;
    const headers = { ...authorized, 'content-type': 'application/json' };
    judge(await send(`/${method.parent.typeName}/${method.name}`, { headers, body }), `${method.name} ${text}`);
  }));

it('Connect as bytes', () =>
  fuzz('connect binary', async (random) => {
    const method = random.pick(methods);
    const bytes = oddBytes(random, method.input);
    const headers = { ...authorized, 'content-type': 'application/proto' };
    const sent = await send(`/${method.parent.typeName}/${method.name}`, { headers, body: Buffer.from(bytes) });
    if (sent.status >= 400) judge(sent, `${method.name} ${Buffer.from(bytes).toString('hex')}`);
  }));

it('JSON-RPC', () =>
  fuzz('json-rpc', async (random) => {
    const served = methods.filter((method) => hasOption(method, json_rpc));
    const method = random.pick(served);
    const params = jsonOf(random, method);
    const text = `{"jsonrpc":"2.0","id":1,"method":"${getOption(method, json_rpc).name}","params":${params}}`;
    const body = random.below(4) === 0 ? damaged(random, Buffer.from(text)) : text;
    const { status, body: reply } = await send('/rpc', { headers: authorized, body });
    expect([200, 204, 400], text).toContain(status);
    expect(reasonsOf(reply), text).not.toContain('INTERNAL');
  }));

it('webhooks', () =>
  fuzz('webhooks', async (random) => {
    const text = random.pick(['{}', '{"data":{"project":"x"}}', '[]', '"x"', '{"data":null}', '{"a":'.repeat(300)]);
    const body = random.below(2) === 0 ? Buffer.from(damaged(random, Buffer.from(text))) : Buffer.from(text);
    const id = random.pick(['m1', '', 'x'.repeat(500), `m${random.below(1e6)}`, '%00']);
    const at = String(random.pick([Math.floor(Date.now() / 1000), 0, -1, '', 'x', 1e20]));
    const key = Buffer.from(hook.webhook_secret.slice('whsec_'.length), 'base64');
    const good = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64');
    const signature = random.pick([`v1,${good}`, `v1,${good}`, 'v1,', 'v2,x', '', `v1,AA ${good}`, ','.repeat(1000)]);
    const target = random.pick(['fuzz', 'fuzz', hook.sid, 'none', '%2e%2e', 'a%00b']);
    const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature };
    judge(await send(`/hooks/${target}`, { headers, body }), `${target} ${id} ${at} ${body.toString('hex')}`);
    judge(await send(`/resume/${random.pick(['x', '%00', 'a'.repeat(3000)])}`, { body }), 'resume');
  }));

const QUESTION = `
from hero_tracing import flow

PERSON = {"type": "object", "additionalProperties": False, "required": ["code", "name", "age"], "properties": {
    "code": {"const": "the-good-one"}, "name": {"type": "string", "minLength": 1, "maxLength": 20},
    "age": {"type": "integer", "minimum": 0}, "mail": {"type": "string", "format": "email"},
    "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3, "uniqueItems": True}}}

@flow(name="fuzzed_form")
def fuzzed_form() -> str:
    return flow.pause("person", schema=PERSON)["name"]
`;

async function askQuestion(): Promise<typeof form> {
  await run.rpc('workflow_create', { name: 'fuzzed_form', python_source: QUESTION }, KEY);
  const start = { workflow_name: 'fuzzed_form', input_data: {}, wait_ms: 60_000 };
  const play = await run.rpc<{ sid: string; pending_resumes: { id: string }[] }>('play_start', start, KEY);
  const asked = { play_sid: play.sid, resume_id: play.pending_resumes[0]?.id };
  const { url } = await run.rpc<{ url: string }>('play_resume_url', asked, KEY);
  return { path: url.replace(run.url, ''), answer: JSON.stringify({ code: 'the-good-one', name: 'Zoë', age: 41 }) };
}

it('the form of a question', async () => {
  await fuzz(
    'form',
    async (random) => {
      const odd = () =>
        random.pick(['', 'x'.repeat(21), '__proto__', '\u0000', '\u2028', null, -1, 1e308, 1.5, [], {}, true, [['a']]]);
      const fields = {
        code: odd(),
        name: odd(),
        age: odd(),
        mail: odd(),
        tags: [odd(), odd(), odd(), odd()],
        [random.pick(['more', '__proto__', 'constructor'])]: odd(),
      };
      const text = random.pick([
        JSON.stringify(fields),
        JSON.stringify([fields]),
        JSON.stringify(JSON.stringify(fields)),
        new URLSearchParams({ code: 'the-good-one', name: 'a', age: '1' }).toString(),
        '--b\r\nContent-Disposition: form-data; name="code"\r\n\r\nthe-good-one\r\n--b--',
        `{"code":"the-good-one","code":${JSON.stringify(odd())},"name":"a"}`,
        '['.repeat(5000),
        '1e99999',
        '',
      ]);
      const body = random.below(3) === 0 ? damaged(random, Buffer.from(text)) : text;
      const type = random.pick([
        'application/json',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=b',
        'text/html',
        '',
      ]);
      const sent = await send(form.path, { headers: { 'content-type': type }, body });
      judge(sent, text);
      expect(sent.status, `${type} ${text}`).not.toBe(200);
    },
    600,
  );
  expect((await fetch(run.url + form.path)).status, 'it is open').toBe(200);
  expect(await send(form.path, { body: form.answer })).toMatchObject({ status: 200, body: { ok: true } });
});

it('the sign-in form', () =>
  fuzz('sign-in', async (random) => {
    const key = random.pick(['', KEY.slice(1), 'hl_', 'x'.repeat(600), '\u0000', 'ä', '%', KEY]);
    const text = random.pick([
      JSON.stringify({ key }),
      JSON.stringify({ key: [key] }),
      JSON.stringify(key),
      'null',
      '{}',
    ]);
    const body = random.below(3) === 0 ? damaged(random, Buffer.from(text)) : text;
    const type = random.pick([
      'application/json',
      'application/json',
      'text/plain',
      'application/x-www-form-urlencoded',
      '',
    ]);
    const cookie = random.pick(['', 'hero_session=x', `hero_session=hs_${'A'.repeat(100)}`, 'hero_session=%00; a=b']);
    judge(await send('/session', { headers: { 'content-type': type, cookie }, body }), text);
  }));

function jsonOf(random: Random, method: DescMethod): string {
  try {
    return toJsonString(method.input, oddMessage(random, method.input) as never, { useProtoFieldName: true });
  } catch {
    return random.pick(['{}', '[]', 'null', '"x"', '{"no_such_field":1}']);
  }
}
