// Contract: every seed flow is there after the first start with its examples, every example runs to success without a person and gives
// what it expects, also when each play is killed after every step; a user's edit survives the next start; commit_report measures the real
// history of this repository; the agent writes, mends and keeps a program; models cost what the table says, and their key is kept nowhere.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LocalRun, startLocalRun } from '@hero-logic/cli/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenAiDouble, startOpenAiDouble } from './testing/openai-double.ts';

interface Play {
  sid: string;
  status: string;
  output_data: string;
  error?: { message: string };
  warnings: string[];
  pending_resumes: { id: string; name: string; ui: string; message: string }[];
  total_cost_usd?: number;
  tokens_prompt?: number;
  tokens_completion?: number;
}

const HERE = fileURLToPath(new URL('.', import.meta.url));
const KEY = 'sk-of-the-seed-flows-0123456789';
const LONG_MS = 180_000;
const names = readdirSync(HERE).filter((name) => existsSync(join(HERE, name, 'flow.json')));
let double: OpenAiDouble;
let run: LocalRun;
let models: Record<string, string>;

beforeAll(async () => {
  double = await startOpenAiDouble();
  models = {
    HERO_AIBROKER_URL: double.url,
    HERO_AIBROKER_KEY: KEY,
    HERO_AIBROKER_MODEL: 'small',
    HERO_LOGIC_PRICES: '{"small": {"prompt": 1, "completion": 2}}',
  };
  run = await startLocalRun({ env: models });
}, LONG_MS);
afterAll(async () => {
  await run.remove();
  await double.stop();
});

const sidOf = async (name: string) => (await run.rpc<{ sid: string }>('workflow_get', { name })).sid;

async function playExamples(server: LocalRun, name: string): Promise<void> {
  const { sid } = await server.rpc<{ sid: string }>('workflow_get', { name });
  const { examples } = await server.rpc<{ examples: { sid: string; name: string; expected_output?: string }[] }>(
    'example_list',
    { workflow_sid: sid },
  );
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) {
    const started = { workflow_name: name, input_data: {}, example_sid: example.sid };
    const { sid: play_sid } = await server.rpc<Play>('play_start', started);
    const ended = { play_sid, timeout_ms: LONG_MS, until: 'terminal' };
    const play = await server.rpc<Play>('play_wait', ended);
    expect(play.status, `${example.name}: ${play.error?.message}`).toBe('success');
    expect(play.warnings).toEqual([]);
    if (example.expected_output) expect(JSON.parse(play.output_data)).toEqual(JSON.parse(example.expected_output));
  }
}

describe.each([{}, { HERO_LOGIC_ALWAYS_REPLAY: '1' }])('with %o', (more) => {
  let server: LocalRun;
  beforeAll(async () => {
    server = await startLocalRun({ env: { ...models, ...more } });
  }, LONG_MS);
  afterAll(() => server.remove());

  it.each(names)(
    '%s: every example runs to success and gives what it expects',
    (name) => playExamples(server, name),
    LONG_MS,
  );

  it('costs what the table says of the tokens of the play it spawned', async () => {
    const started = { workflow_name: 'rate_request', input_data: { request: 'Add two numbers.' }, wait_ms: LONG_MS };
    const play = await server.rpc<Play>('play_start', started);
    const { tokens_prompt: prompt = 0, tokens_completion: completion = 0 } = play;
    expect(prompt).toBeGreaterThan(10);
    expect(play.total_cost_usd).toBeCloseTo((prompt + 2 * completion) / 1e6, 12);
  });

  it('keeps the key nowhere', () => {
    const data = join(server.root, 'var', 'hero_logic');
    const files = readdirSync(data).filter((name) => statSync(join(data, name)).isFile());
    expect(files).toContain('hero_logic.sqlite');
    for (const name of files) expect(readFileSync(join(data, name)).includes(KEY), name).toBe(false);
    expect(server.output()).not.toContain(KEY);
  });
});

it('commit_report measures the history of this repository and leaves out what it is told to', async () => {
  const git = spawnSync('git', ['log', '--numstat', '--format=commit%x09%an%x09%aI'], { cwd: HERE, encoding: 'utf8' });
  const log = git.stdout.slice(0, 2_000_000);
  const play = await run.rpc<Play>('play_start', {
    workflow_name: 'commit_report',
    input_data: { log },
    wait_ms: 30_000,
  });
  expect(play.status, play.error?.message).toBe('awaiting_resume');
  const folders = (JSON.parse(play.pending_resumes[0]?.ui as string) as { options: { value: string }[] }).options.map(
    (o) => o.value,
  );
  expect(folders).toContain('services');
  await run.rpc('play_resume', {
    play_sid: play.sid,
    resume_id: play.pending_resumes[0]?.id,
    payload_json: '["proto"]',
  });
  const ended = await run.rpc<Play>('play_wait', { play_sid: play.sid, timeout_ms: 30_000, until: 'terminal' });
  expect(ended.status, ended.error?.message).toBe('success');
  const { report } = JSON.parse(ended.output_data) as { report: string };
  expect(report).toContain('| services |');
  expect(report).not.toContain('| proto |');
  const { spans } = await run.rpc<{ spans: { kind: string; name: string }[] }>('play_status', { play_sid: play.sid });
  expect(spans.filter((s) => s.kind === 'subflow').length).toBe(folders.length - 1);
});

async function settled(play_sid: string): Promise<Play> {
  return run.rpc<Play>('play_wait', { play_sid, timeout_ms: LONG_MS });
}

async function answer(play: Play, name: string, value: unknown): Promise<Play> {
  const resume_id = play.pending_resumes.find((one) => one.name === name)?.id;
  await run.rpc('play_resume', { play_sid: play.sid, resume_id, payload_json: JSON.stringify(value) });
  return settled(play.sid);
}

it(
  'the agent mends its program, counts what models cost, and keeps the program under a free name',
  async () => {
    const input_data = { prompt: 'count words of a text' };
    const { sid } = await run.rpc<Play>('play_start', { workflow_name: 'service_agent', input_data });
    let play = await settled(sid);
    expect(play.pending_resumes[0], play.error?.message).toMatchObject({ name: 'save' });
    expect(play.pending_resumes[0]?.message).toContain('flow.invoke("sample_words", spawn=True, text=');
    play = await answer(play, 'save', true);
    play = await answer(play, 'save_as', 'tour');
    expect(play.pending_resumes[0]?.message).toContain('“tour” cannot be taken');
    play = await answer(play, 'save_as', 'be_counts');
    expect(play.status, play.error?.message).toBe('success');
    const output = JSON.parse(play.output_data) as { attempts: number; result: object; saved_as: string };
    expect(output).toMatchObject({ attempts: 2, result: { to: 2, be: 2, or: 1, not: 1 }, saved_as: 'be_counts' });
    expect(play.total_cost_usd).toBeGreaterThan(0);
    const { plays } = await run.rpc<{ plays: Play[] }>('play_list', { parent_play_sid: sid });
    const spent = plays.reduce((sum, child) => sum + (child.total_cost_usd ?? 0), 0);
    expect(play.total_cost_usd).toBeCloseTo(spent, 12);

    const kept = await run.rpc<{ versions: { limits?: { services: string; network: string } }[] }>('workflow_get', {
      name: 'be_counts',
    });
    expect(kept.versions[0]?.limits?.services ?? '').toBe('');
    const again = await run.rpc<Play>('play_start', { workflow_name: 'be_counts', input_data: {}, wait_ms: 30_000 });
    expect(JSON.parse(again.output_data)).toEqual(output.result);
  },
  LONG_MS,
);

it(
  'a benchmark of a flow that calls a model knows what it cost',
  async () => {
    const workflow_sid = await sidOf('rate_request');
    const { sid } = await run.rpc<{ sid: string }>('benchmark_run', { workflow_sid, repeats: 2 });
    const found = await run.rpc<{ status: string; estimated_cost_usd?: number; runs: { cost_usd?: number }[] }>(
      'benchmark_get',
      { benchmark_sid: sid, wait_ms: LONG_MS },
    );
    expect(found.status).toBe('done');
    expect(found.runs[0]?.cost_usd).toBeGreaterThan(0);
    expect(found.estimated_cost_usd).toBeCloseTo(2 * (found.runs[0]?.cost_usd ?? 0), 12);
  },
  LONG_MS,
);

it(
  'a benchmark runs over inputs that a model thought of, which stay as examples',
  async () => {
    const workflow_sid = await sidOf('sample_words');
    const asked = { workflow_sid, generate: 2, request_id: 'thought of' };
    const { sid } = await run.rpc<{ sid: string }>('benchmark_run', asked);
    const found = await run.rpc<{
      status: string;
      success_rate: number;
      generated: { flow: string; example_sids: string[] };
      runs: { example_sid: string }[];
    }>('benchmark_get', { benchmark_sid: sid, wait_ms: LONG_MS });
    expect(found).toMatchObject({ status: 'done', success_rate: 100, generated: { flow: 'invent_inputs' } });
    const thought = found.generated.example_sids;
    expect(thought).toHaveLength(2);
    expect(found.runs.map((one) => one.example_sid)).toEqual(expect.arrayContaining(thought));
    const { examples } = await run.rpc<{ examples: { sid: string; input_values: object }[] }>('example_list', {
      workflow_sid,
    });
    const values = examples.filter((one) => thought.includes(one.sid)).map((one) => one.input_values);
    expect(values).toEqual(expect.arrayContaining([{ text: '"to be"' }, { text: '"or not"' }]));
    expect((await run.rpc<{ sid: string }>('benchmark_run', asked)).sid, 'asked again').toBe(sid);
  },
  LONG_MS,
);

it(
  'without an endpoint every flow that needs one names the variable',
  async () => {
    const bare = await startLocalRun({ env: { HERO_AIBROKER_URL: '' } });
    const inputs: Record<string, object> = {
      model_call: { prompt: 'hello' },
      rate_request: { request: 'hello' },
      invent_inputs: { workflow: 'w', inputs: [{ name: 'a', type: 'string', required: true }] },
      pick_service: { request: 'count words' },
      service_code_gen: { request: 'hello' },
      service_agent: { prompt: 'count words' },
      benchmark_flow: { workflow: 'sample_words', generate: 1 },
      optimize_flow: { workflow: 'sample_words', repeats: 1 },
    };
    for (const [workflow_name, input_data] of Object.entries(inputs)) {
      const play = await bare.rpc<Play>('play_start', { workflow_name, input_data, wait_ms: LONG_MS });
      expect(play.status, workflow_name).toBe('failed');
      expect(play.error?.message, workflow_name).toContain('HERO_AIBROKER_URL is not set');
    }
    await bare.remove();
  },
  LONG_MS,
);

it("a user's edit survives the next start", async () => {
  const sid = await sidOf('tour');
  await run.rpc('workflow_update', { workflow_sid: sid, description: 'Mine now' });
  await run.stop();
  await run.restart();
  const after = await run.rpc<{ sid: string; description: string; versions: unknown[] }>('workflow_get', {
    name: 'tour',
  });
  expect(after).toMatchObject({ sid, description: 'Mine now' });
  expect(after.versions).toHaveLength(1);
});
