// Contract, seen by the official client library over stdio and HTTP: every flow is a tool with its typed inputs; a question is a form, or
// named in the result and answered by a tool; as a task it is input_required until it is answered; management tools are safe by
// default; with keys, every request shows one, may do what its role may, and finds nothing of another namespace.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  type CallToolResult,
  CallToolResultSchema,
  type ElicitRequestFormParams,
  ElicitRequestSchema,
  type ElicitResult,
  RELATED_TASK_META_KEY,
} from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BIN, cli, type LocalRun, startLocalRun } from './support/local-run.ts';

const ASKS = `
from hero_tracing import ask_user, flow

@flow(inputs={"size": {"schema": {"enum": ["S", "M"]}}})
def order(size: str, count: int = 1) -> dict:
    """Orders shirts.

    Args:
        size: S or M
        count: how many
    """
    colour = ask_user.choice("Which colour?", ["red", {"value": 5, "label": "Blue", "description": "dark"}], name="colour")
    extras = ask_user.multi_choice("Extras?", ["gift", "fast"], name="extras")
    price = ask_user.number("What may it cost?", min=1, name="price")
    address = flow.pause("address", schema={"type": "object", "required": ["city"]}, message="Where to?")
    sure = ask_user.confirm("Send it?", name="sure")
    return {"size": size, "count": count, "colour": colour, "extras": extras, "price": price, "city": address["city"], "sure": sure}
`;
const FAILS = 'from hero_tracing import flow\n@flow\ndef main():\n    raise flow.Failed("not today")\n';
const PLAIN = 'from hero_tracing import flow\n@flow\ndef main() -> list:\n    return [1.0, "x"]\n';
const ORDER = { size: 'M' };
const ORDERED = { size: 'M', count: 1, colour: 5, extras: ['fast'], price: 12.5, city: 'Lisbon', sure: true };

type Answers = Record<string, unknown[]>;
const answers = (): Answers => ({
  'Which colour?': ['5'],
  'Extras?': [['fast']],
  'What may it cost?': [12.5],
  address: ['no json', '{}', '{"city": "Lisbon"}'],
  'Send it?': [true],
});

let run: LocalRun;
const open: Client[] = [];
beforeAll(async () => {
  run = await startLocalRun();
  for (const [name, python_source] of Object.entries({ order: ASKS, fails: FAILS, 'two words!': PLAIN })) {
    await run.rpc('workflow_create', { name, python_source });
  }
}, 120_000);
afterEach(() => Promise.all(open.splice(0).map((client) => client.close())));
afterAll(() => run.remove());

const http = (server = run, key = '') =>
  new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
    requestInit: { headers: key === '' ? {} : { authorization: `Bearer ${key}` } },
  }) as Transport;
const stdio = (...args: string[]) =>
  new StdioClientTransport({
    command: process.execPath,
    args: [BIN, 'mcp', ...args],
    env: { ...(process.env as Record<string, string>), ...run.env },
  }) as Transport;

/** Fills forms from the answers, by their title; declines what it has no answer for. */
async function connect(transport: Transport, filled?: Answers) {
  const forms: ElicitRequestFormParams[] = [];
  const capabilities = filled === undefined ? {} : { elicitation: { form: {} } };
  const client = new Client({ name: 'test', version: '1' }, { capabilities });
  if (filled !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }): Promise<ElicitResult> => {
      const form = params as ElicitRequestFormParams;
      forms.push(form);
      const answer = filled[(form.requestedSchema.properties.answer as { title: string }).title]?.shift();
      return answer === undefined ? { action: 'decline' } : { action: 'accept', content: { answer: answer as string } };
    });
  }
  await client.connect(transport);
  open.push(client);
  return { client, forms };
}

const call = (client: Client, name: string, args: object = {}) =>
  client.callTool({ name, arguments: args as Record<string, unknown> }) as Promise<CallToolResult>;
const textOf = (result: CallToolResult) => (result.content[0] as { text: string }).text;

describe.each([
  ['stdio', () => stdio()],
  ['HTTP', () => http()],
])('over %s', (_name, transport) => {
  it('every flow is a tool with its typed inputs, beside tools that change little', async () => {
    const { client } = await connect(transport());
    const { tools } = await client.listTools();
    const order = tools.find((tool) => tool.name === 'order');
    expect(order).toMatchObject({ description: 'Orders shirts.', execution: { taskSupport: 'optional' } });
    expect(order?.inputSchema).toEqual({
      type: 'object',
      properties: {
        size: { type: 'string', description: 'S or M', enum: ['S', 'M'] },
        count: { type: 'integer', description: 'how many', default: 1 },
      },
      required: ['size'],
      additionalProperties: false,
    });
    const own = tools.filter((tool) => tool.name.startsWith('hero_')).map((tool) => tool.name);
    expect(own).not.toContain('hero_write_flow');
    expect(tools.find((tool) => tool.name === 'hero_cancel_play')?.annotations?.destructiveHint).toBe(true);
    const odd = tools.find((tool) => tool.title === 'two words!');
    expect(odd?.name).toMatch(/^flow_two_words__[a-z0-9]{10}$/);
    expect(textOf(await call(client, odd?.name ?? ''))).toBe('[1.0,"x"]');
  });

  it('a question is a form, wrong answers are asked again, and the output is the result', async () => {
    const { client, forms } = await connect(transport(), answers());
    const result = await call(client, 'order', ORDER);
    expect(result.structuredContent, textOf(result)).toEqual(ORDERED);
    expect(forms[0]?.requestedSchema.properties.answer).toEqual({
      type: 'string',
      title: 'Which colour?',
      oneOf: [
        { const: 'red', title: 'red' },
        { const: '5', title: 'Blue: dark' },
      ],
    });
    const places = forms.filter((form) => form.message.includes('Where to?')).map((form) => form.message);
    expect(places).toHaveLength(3);
    expect(places[1]).toContain('Not taken: the answer is not JSON');
    expect(places[2]).toContain('city');
    const play = await run.rpc<{ received_resumes: { resumed_by: string }[] }>('play_status', {
      play_sid: result._meta?.play_sid,
    });
    expect(new Set(play.received_resumes.map((one) => one.resumed_by))).toEqual(new Set(['mcp']));
  }, 60_000);

  it('without forms, or declined, the result names the questions, and a tool answers them', async () => {
    const { client: declining, forms } = await connect(transport(), {});
    expect((await call(declining, 'order', ORDER)).structuredContent).toMatchObject({ status: 'awaiting_resume' });
    expect(forms).toHaveLength(1);
    const { client } = await connect(transport());
    const started = await call(client, 'order', ORDER);
    const { play_sid, questions } = started.structuredContent as { play_sid: string; questions: object[] };
    expect(questions).toMatchObject([{ name: 'colour', message: 'Which colour?', schema: { enum: ['red', 5] } }]);
    const given = { colour: 5, extras: ['fast'], price: 12.5, address: { city: 'Lisbon' }, sure: true };
    for (const [question, answer] of Object.entries(given)) {
      const answered = await call(client, 'hero_answer', { play_sid, question, answer });
      expect(answered.isError, textOf(answered)).toBeUndefined();
      await call(client, 'hero_show_play', { play_sid, wait_s: 30 });
    }
    expect((await call(client, 'hero_show_play', { play_sid })).structuredContent).toEqual(ORDERED);
  }, 60_000);

  it('as a task it needs input until it is answered, and its result is the output', async () => {
    const { client, forms } = await connect(transport(), answers());
    const { tasks } = client.experimental;
    const seen: string[] = [];
    let result: CallToolResult | undefined;
    const stream = tasks.callToolStream({ name: 'order', arguments: ORDER }, CallToolResultSchema, {
      task: { ttl: 60_000 },
    });
    for await (const message of stream) {
      if (message.type === 'taskCreated' || message.type === 'taskStatus') seen.push(message.task.status);
      if (message.type === 'error') throw message.error;
      if (message.type === 'result') result = message.result as CallToolResult;
    }
    expect(seen).toContain('input_required');
    expect(result?.structuredContent).toEqual(ORDERED);
    const taskId = result?._meta?.play_sid as string;
    expect(forms[0]?._meta?.[RELATED_TASK_META_KEY]).toEqual({ taskId });
    expect((await tasks.getTask(taskId)).status).toBe('completed');
    expect((await tasks.listTasks()).tasks.map((task) => task.taskId)).toContain(taskId);
    await expect(tasks.cancelTask(taskId)).rejects.toThrow('has ended');

    const { client: quiet } = await connect(transport());
    const created = await call(quiet, 'hero_start_play', { flow: 'order', inputs: ORDER });
    const { play_sid } = created.structuredContent as { play_sid: string };
    expect((await quiet.experimental.tasks.cancelTask(play_sid)).status).toBe('cancelled');
  }, 60_000);

  it('says what is wrong with a call', async () => {
    const { client } = await connect(transport());
    const failed = await call(client, 'fails');
    expect(failed.isError).toBe(true);
    expect(textOf(failed)).toMatch(/^play \w+ ended as failed: Failed: not today$/);
    const wrong = await call(client, 'order', { size: 5, colour: 'red' });
    expect(wrong.isError).toBe(true);
    expect(textOf(wrong)).toMatch(/INVALID_INPUT/);
    expect(textOf(wrong)).toMatch(/size/);
    expect(textOf(wrong)).toMatch(/colour/);
    await expect(call(client, 'nothing')).rejects.toThrow('there is no tool nothing');
    const missing = await call(client, 'hero_show_play', { sid: 'x' });
    expect(textOf(missing)).toContain('sid is unknown\nplay_sid is required');
    expect(textOf(await call(client, 'hero_show_play', { play_sid: 'nope' }))).toContain('PLAY_NOT_FOUND');
    await expect(call(client, 'hero_write_flow', { name: 'x', source: PLAIN })).rejects.toThrow('there is no tool');
  });
});

it('finds and shows flows, and writes them where that is allowed', async () => {
  const { client } = await connect(stdio('--write'));
  const found = await call(client, 'hero_search_flows', { query: 'shirts' });
  expect(found.structuredContent).toMatchObject({ flows: [{ name: 'order' }] });
  const shown = (await call(client, 'hero_show_flow', { name: 'order' })).structuredContent;
  expect(shown).toMatchObject({ name: 'order', current: { number: 1, source: ASKS } });
  const made = await call(client, 'hero_write_flow', { name: 'made', source: PLAIN });
  expect(made.structuredContent).toEqual({ name: 'made', version: 1, current: true });
  const next = await call(client, 'hero_write_flow', { name: 'made', source: PLAIN.replace('"x"', '"y"') });
  expect(next.structuredContent).toEqual({ name: 'made', version: 2, current: false });
  expect(textOf(await call(client, 'made'))).toBe('[1.0,"x"]');
  expect(textOf(await call(client, 'hero_write_flow', { name: 'bad', source: 'def (' }))).toContain('INVALID_SOURCE');
});

it('refuses what is no session and what is no request of MCP', async () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${run.url}/mcp`, {
      method: 'POST',
      headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...headers },
      body,
    });
  expect((await post('{')).status).toBe(400);
  expect((await post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}')).status).toBe(400);
  expect((await post('{}', { 'mcp-session-id': 'nope' })).status).toBe(404);
  expect((await post('{}', { origin: 'http://elsewhere.example' })).status).toBe(403);
  expect((await fetch(`${run.url}/mcp`)).status).toBe(400);
  expect((await fetch(`${run.url}/mcp`, { method: 'PUT' })).status).toBe(405);
});

const HELLO = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };

/** A request as it stands, of this session. */
async function send(method: string, params: object, { id = '', server = run, key = '' } = {}) {
  const response = await fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...(id === '' ? {} : { 'mcp-session-id': id }),
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  await response.text();
  return { status: response.status, id: response.headers.get('mcp-session-id') ?? '' };
}

it('keeps 500 sessions: the longest unused one gives way, and none that is in use does', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 501; i++) ids.push((await send('initialize', HELLO)).id);
  expect((await send('tools/list', {}, { id: ids[0] })).status).toBe(404);
  expect((await send('tools/list', {}, { id: ids[500] })).status).toBe(200);
  const gone = new AbortController();
  const listen = (id: string) =>
    fetch(`${run.url}/mcp`, { headers: { accept: 'text/event-stream', 'mcp-session-id': id }, signal: gone.signal });
  const streams = await Promise.all(ids.slice(1).map(listen));
  expect(streams.every(({ status }) => status === 200)).toBe(true);
  expect((await send('initialize', HELLO)).status).toBe(503);
  gone.abort();
}, 120_000);

it('with keys, a request without one is refused, a role may do what it may, a namespace is its own, and nobody takes all sessions', async () => {
  const admin = 'the-admin-key-of-this-test-0123456789';
  const guarded = await startLocalRun({ env: { HERO_LOGIC_ACCESS: 'keys', HERO_LOGIC_ADMIN_KEY: admin } });
  try {
    await expect(connect(http(guarded))).rejects.toThrow();
    const asAdmin = { ...guarded, env: { ...guarded.env, HERO_LOGIC_KEY: admin } };
    const viewer = (await cli(asAdmin, ['key', 'create', 'reader', '--role', 'viewer'])).stdout.trim();
    const { client } = await connect(http(guarded, viewer));
    expect((await client.listTools()).tools.length).toBeGreaterThan(7);
    expect(textOf(await call(client, 'pattern_map'))).toContain('PERMISSION_DENIED');
    const { client: allowed } = await connect(http(guarded, admin));
    const played = await call(allowed, 'pattern_map');
    expect(played.structuredContent).toMatchObject({ words: 6 });

    const create = ['key', 'create', 'of team a', '--role', 'operator', '--namespaces', 'team-a'];
    const { client: confined } = await connect(http(guarded, (await cli(asAdmin, create)).stdout.trim()));
    const { tools } = await confined.listTools();
    expect(tools.filter((tool) => !tool.name.startsWith('hero_'))).toEqual([]);
    await expect(call(confined, 'pattern_map')).rejects.toThrow('pattern_map');
    const theirs = { play_sid: played._meta?.play_sid };
    for (const [tool, args, reason] of [
      ['hero_show_play', theirs, 'PLAY_NOT_FOUND'],
      ['hero_cancel_play', theirs, 'PLAY_NOT_FOUND'],
      ['hero_show_flow', { name: 'pattern_map' }, 'WORKFLOW_NOT_FOUND'],
    ] as const) {
      expect(textOf(await call(confined, tool, args)), tool).toContain(reason);
    }
    expect(textOf(await call(confined, 'hero_list_plays'))).not.toContain(String(theirs.play_sid));

    // One caller leaves room for others: of its own sessions the longest unused one gives way.
    const of = { server: guarded, key: viewer };
    const ids: string[] = [];
    for (let i = 0; i < 101; i++) ids.push((await send('initialize', HELLO, of)).id);
    expect((await send('tools/list', {}, { ...of, id: ids[0] })).status).toBe(404);
    expect((await send('tools/list', {}, { ...of, id: ids[100] })).status).toBe(200);
    expect((await allowed.listTools()).tools.length).toBeGreaterThan(7);
  } finally {
    await guarded.remove();
  }
}, 120_000);
