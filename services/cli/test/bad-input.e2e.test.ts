// Contract: every call answers missing, unknown, ill-typed, too large and malformed input with a reason code that names the field;
// a thousand malformed bodies neither crash nor hang the server.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalRun, RpcFailure, startLocalRun } from './support/local-run.ts';

interface OpenRpc {
  methods: {
    name: string;
    params: { name: string; required?: boolean; schema: { type?: string; anyOf?: unknown } }[];
  }[];
}

let run: LocalRun;
let methods: OpenRpc['methods'];
/** As the operator of this server does not permit it. */
const SHARED = 'from hero_tracing import flow\n\n@flow\ndef main() -> int:\n    return 1\n';
const NONE = '01j00000000000000000000000';

beforeAll(async () => {
  run = await startLocalRun({ env: { HERO_LOGIC_ISOLATION_LEAST: 'play' } });
  methods = ((await (await fetch(`${run.url}/openrpc.json`)).json()) as OpenRpc).methods;
});
afterAll(() => run.remove());

async function failure(method: string, params: object): Promise<RpcFailure> {
  try {
    await run.rpc(method, params);
  } catch (error) {
    if (error instanceof RpcFailure) return error;
    throw error;
  }
  throw new Error(`${method} took ${JSON.stringify(params).slice(0, 200)}`);
}

const calls = () => methods.filter((m) => !m.name.includes('.'));
const fieldsOf = (error: RpcFailure) => error.violations.map((v) => v.field).join(' ');

describe('every call', () => {
  it('names an unknown parameter', async () => {
    for (const { name } of calls()) {
      const error = await failure(name, { no_such_parameter: 1 });
      expect(error.code, name).toBe(-32602);
      expect(fieldsOf(error), name).toContain('no_such_parameter');
    }
  });

  it('names a missing parameter', async () => {
    for (const { name, params } of calls()) {
      const required = params.filter((p) => p.required);
      if (required.length === 0) continue;
      const error = await failure(name, {});
      expect(error.code, name).toBe(-32602);
      for (const param of required) expect(fieldsOf(error), name).toContain(param.name);
    }
  });

  it('names an ill-typed parameter, each one', async () => {
    for (const { name, params } of calls()) {
      for (const param of params) {
        if (!['string', 'integer', 'boolean'].includes(param.schema.type ?? '')) continue;
        const error = await failure(name, { [param.name]: [{}] });
        expect(error.code, `${name}.${param.name}`).toBe(-32602);
        expect(fieldsOf(error), `${name}.${param.name}`).toContain(param.name);
      }
    }
  });

  it('answers NOT_FOUND for a sid that does not exist', async () => {
    const asked: [string, object][] = [
      ['workflow_get', { workflow_sid: NONE }],
      ['workflow_get', { name: 'none' }],
      ['workflow_update', { workflow_sid: NONE }],
      ['workflow_delete', { workflow_sid: NONE }],
      ['workflow_create_version', { workflow_sid: NONE, python_source: 'x = 1' }],
      ['workflow_set_current_version', { workflow_sid: NONE, version_sid: NONE }],
      ['workflow_version_fetch', { version_sid: NONE }],
      ['play_start', { workflow_sid: NONE, input_data: {} }],
      ['play_start', { workflow_name: 'none', input_data: {} }],
      ['play_start', { workflow_name: 'tour', input_data: {}, version_sid: NONE }],
      ['play_start', { workflow_name: 'tour', input_data: {}, example_sid: NONE }],
      ['play_run_async', { workflow_sid: NONE, input_data: {} }],
      ['play_status', { play_sid: NONE }],
      ['play_wait', { play_sid: NONE, timeout_ms: 1 }],
      ['play_cancel', { play_sid: NONE }],
      ['play_resume', { play_sid: NONE, resume_id: 'x', payload_json: '1' }],
      ['play_pending_resumes', { play_sid: NONE }],
      ['play_spans', { play_sid: NONE }],
      ['play_logs', { play_sid: NONE }],
      ['play_steps', { play_sid: NONE }],
      ['span_push', { play_sid: NONE, event: { event: 'span_start' } }],
      ['error_group_list', { workflow_sid: NONE }],
      ['example_fetch', { example_sid: NONE }],
      ['example_to_input_data', { example_sid: NONE }],
      ['example_delete', { example_sid: NONE }],
      ['example_list', { workflow_sid: NONE }],
      ['example_upsert', { workflow_sid: NONE, name: 'x', input_values: {} }],
    ];
    for (const [method, params] of asked) {
      const error = await failure(method, params);
      expect(error.code, `${method} ${JSON.stringify(params)}: ${error.message}`).toBe(-32005);
      expect(error.reason).toMatch(/_NOT_FOUND$/);
    }
  });
});

describe('documents and names', () => {
  it('are bounded, each bound named by its field', async () => {
    const cases: [string, object, string][] = [
      ['workflow_create', { name: 'x'.repeat(201) }, 'name'],
      ['workflow_create', { name: 'a\u0007b' }, 'name'],
      ['workflow_create', { name: '' }, 'name'],
      ['workflow_create', { name: 'big', python_source: `# ${'x'.repeat(1024 * 1024)}` }, 'python_source'],
      ['workflow_create', { name: 'bad', python_source: 'def f(:\n' }, 'python_source'],
      ['workflow_create', { name: 'bad', python_source: 'x = 1\n' }, 'python_source'],
      ['workflow_create', { name: 'bad', limits: { memory_mb: 1 } }, 'limits.memory_mb'],
      ['workflow_create', { name: 'bad', python_source: SHARED, limits: { isolation: 'version' } }, 'limits.isolation'],
      ['play_start', { workflow_name: 'tour', input_data: { project: 'x'.repeat(4 * 1024 * 1024) } }, 'input_data'],
      ['play_start', { workflow_name: 'tour', input_data: '{"project":' }, 'input_data'],
      ['play_start', { workflow_name: 'tour', input_data: [] }, 'input_data'],
      ['play_start', { workflow_name: 'tour', input_data: { project: 5, other: 1 } }, 'input_data.other'],
      ['play_start', { workflow_name: 'tour', input_data: {}, prefill_resumes_json: 'x' }, 'prefill_resumes_json'],
      ['play_start', { workflow_name: 'tour', input_data: {}, wait_ms: -1 }, 'wait_ms'],
      ['play_wait', { play_sid: NONE, timeout_ms: 1, until: 'never' }, 'until'],
      ['play_list', { status: 'nope' }, 'status'],
      ['play_list', { page_token: 'junk' }, 'page_token'],
      ['play_list', { page_size: -1 }, 'page_size'],
    ];
    for (const [method, params, field] of cases) {
      const error = await failure(method, params);
      expect(error.code, `${method} ${JSON.stringify(params).slice(0, 100)}: ${error.message}`).toBe(-32602);
      expect(fieldsOf(error), `${method} ${JSON.stringify(params).slice(0, 100)}`).toContain(field);
    }
    const all = await failure('play_start', { workflow_name: 'tour', input_data: { project: 5, other: 1 } });
    expect(fieldsOf(all)).toContain('input_data.project');
  });

  it('come back as they were sent', async () => {
    const source = 'from hero_tracing import flow\n\n@flow(name="echo")\ndef echo(value: dict):\n    return value\n';
    await run.rpc('workflow_create', {
      name: 'echo',
      python_source: source,
      inputs: [{ name: 'value', field_type: 'object', required: true }],
    });
    const value = '{"big":12345678901234567890,"one":1.0,"10":1,"2":2,"é":"\\ud83d\\ude00"}';
    const body = `{"jsonrpc":"2.0","id":1,"method":"play_start","params":{"workflow_name":"echo","input_data":{"value":${value}},"wait_ms":30000}}`;
    const reply = (await (await fetch(`${run.url}/rpc`, { method: 'POST', body })).json()) as {
      result: { input_data: string; output_data: string };
    };
    expect(reply.result.input_data).toBe(`{"value":${value}}`);
    expect(reply.result.output_data).toContain('"big":12345678901234567890');
    expect(reply.result.output_data).toContain('"one":1.0');
    expect(reply.result.output_data.replaceAll(/[ \n]/g, '').indexOf('"10"')).toBeLessThan(
      reply.result.output_data.indexOf('"2"'),
    );
  });

  it('null is an input where the declaration says so, in every call alike', async () => {
    const nullable =
      'from hero_tracing import flow\n\n@flow\ndef main(a: int | None = None, b: int = 2, **more):\n    return [a, b, *more.values()]\n';
    const { sid } = await run.rpc<{ sid: string }>('workflow_create', { name: 'nulls', python_source: nullable });
    const started = (input_data: object) =>
      run.rpc<{ input_data: string; output_data: string }>('play_start', {
        workflow_sid: sid,
        input_data,
        wait_ms: 30_000,
      });
    expect(await started({ a: null })).toMatchObject({ input_data: '{"a":null,"b":2}', output_data: '[null,2]' });
    expect((await failure('play_start', { workflow_sid: sid, input_data: { b: null } })).violations).toEqual([
      { field: 'input_data.b', description: 'must be an integer, not null' },
    ]);
    const example = await run.rpc<{ sid: string }>('example_upsert', {
      workflow_sid: sid,
      name: 'null',
      input_values: { a: null },
    });
    expect(await run.rpc('example_to_input_data', { example_sid: example.sid })).toEqual({
      input_data: '{"a":null}',
      warnings: [],
    });
    const stated = { name: 'c', field_type: 'integer', schema: { type: ['integer', 'null'] }, default: 'null' };
    await run.rpc('workflow_create_version', {
      workflow_sid: sid,
      python_source: `${nullable}# stated\n`,
      inputs: [stated],
      set_current: true,
    });
    expect(await started({})).toMatchObject({ input_data: '{"c":null}', output_data: '[null,2,null]' });
  });

  it('a body over 32 MiB is 413, and the server goes on', async () => {
    const response = await fetch(`${run.url}/rpc`, { method: 'POST', body: `"${'x'.repeat(33 * 1024 * 1024)}"` }).catch(
      () => undefined,
    );
    if (response !== undefined) expect(response.status).toBe(413);
    expect(await run.rpc('system.ping')).toBe('pong');
  });
});

it('a thousand malformed bodies neither crash nor hang it', { timeout: 60_000 }, async () => {
  const valid = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'play_start',
    params: { workflow_name: 'tour', input_data: { project: 'x' } },
  });
  const cut = fc.nat(valid.length - 1).map((at) => valid.slice(0, at));
  const swapped = fc
    .tuple(fc.nat(valid.length - 1), fc.string({ minLength: 1, maxLength: 3 }))
    .map(([at, text]) => valid.slice(0, at) + text + valid.slice(at + 1));
  const deep = fc.integer({ min: 1, max: 200_000 }).map((n) => '['.repeat(n));
  const shaped = fc
    .record({
      jsonrpc: fc.constant('2.0'),
      id: fc.jsonValue(),
      method: fc.oneof(fc.constant('play_status'), fc.string()),
      params: fc.jsonValue(),
    })
    .map((r) => JSON.stringify(r));
  const bodies = fc.sample(fc.oneof(cut, swapped, fc.string(), fc.json(), deep, shaped), 1000);
  for (let i = 0; i < bodies.length; i += 20) {
    await Promise.all(
      bodies.slice(i, i + 20).map(async (body) => {
        const response = await fetch(`${run.url}/rpc`, { method: 'POST', body, signal: AbortSignal.timeout(10_000) });
        expect([200, 204, 400]).toContain(response.status);
        await response.text();
      }),
    );
  }
  expect(await run.rpc('system.ping')).toBe('pong');
});
