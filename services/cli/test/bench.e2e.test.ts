// Contract: through real processes and over JSON-RPC (the choice over gRPC and the CLI, too) a benchmark measures versions over examples, a kill -9 and a stop in the middle falsify none of
// its runs, and pick_version chooses what it has shown; benchmark_latest_for_version is null before.

import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli, type LocalRun, startLocalRun } from './support/local-run.ts';

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => run.remove());

interface Benchmark {
  sid: string;
  num_runs: number;
  runs: { status: string; play_sid: string; error: string }[];
}

const SOURCE = (body: string) => `
import time
from hero_tracing import ask_user, flow

@flow(name="double")
def double(x: int) -> int:
    """Doubles a number."""
    ${body}
`;

const rpc = <T>(method: string, params: object) => run.rpc<T>(method, params);

it('measures, survives a kill, and chooses', async () => {
  const workflow = await rpc<{ sid: string; current_version_sid: string }>('workflow_create', {
    name: 'double',
    python_source: SOURCE('return x * 2 if x < 3 else 0'),
  });
  const workflow_sid = workflow.sid;
  const create = async (body: string) =>
    (await rpc<{ sid: string }>('workflow_create_version', { workflow_sid, python_source: SOURCE(body) })).sid;
  const good = await create('time.sleep(0.3); return x * 2');
  const asking = await create('return int(ask_user.number("Sure?"))');
  for (const x of [1, 2, 3, 4]) {
    await rpc('example_upsert', { workflow_sid, name: `x${x}`, input_values: { x }, expected_output: x * 2 });
  }
  expect(await rpc('benchmark_latest_for_version', { version_sid: good })).toBeNull();

  const started = await rpc<Benchmark>('benchmark_run', { workflow_sid, version_sid: good, repeats: 5 });
  expect(started).toMatchObject({ status: 'running', planned_runs: 20 });
  const progress = async () => (await rpc<Benchmark>('benchmark_get', { benchmark_sid: started.sid })).num_runs;
  await expect.poll(progress, { timeout: 20_000, interval: 20 }).toBeGreaterThan(1);
  await run.crash();
  await run.restart();
  await expect.poll(progress, { timeout: 20_000, interval: 20 }).toBeGreaterThan(7);
  await run.stop();
  await run.restart();

  const done = await rpc<Benchmark>('benchmark_get', { benchmark_sid: started.sid, wait_ms: 60_000 });
  expect(done).toMatchObject({ status: 'done', num_runs: 20, success_rate: 100, accuracy: 1 });
  expect(new Set(done.runs.map((r) => r.play_sid)).size).toBe(20);
  const first = await rpc<Benchmark>('benchmark_run', { workflow_sid, repeats: 3 });
  const half = await rpc<Benchmark>('benchmark_get', { benchmark_sid: first.sid, wait_ms: 60_000 });
  expect(half).toMatchObject({ status: 'done', success_rate: 100, accuracy: 0.5 });
  const paused = await rpc<Benchmark>('benchmark_run', { workflow_sid, version_sid: asking });
  const stuck = await rpc<Benchmark>('benchmark_get', { benchmark_sid: paused.sid, wait_ms: 60_000 });
  expect(stuck.runs.map((r) => r.status)).toEqual(['paused', 'paused', 'paused', 'paused']);
  expect(stuck.runs[0]?.error).toContain('sure');

  const latest = await rpc<Benchmark>('benchmark_latest_for_version', { version_sid: good });
  expect(latest.sid).toBe(done.sid);
  const listed = await rpc<{ benchmarks: Benchmark[] }>('benchmark_list_for_workflow', { workflow_sid });
  expect(listed.benchmarks.map((b) => b.sid)).toEqual([paused.sid, first.sid, done.sid]);

  interface Picked {
    version_sid: string;
    confidence: number;
    difficulty: number;
    candidates: { version_sid: string; runs: number }[];
  }
  const pick = (preferences: object) =>
    rpc<Picked>('pick_version', { workflow_sid, user_request: 'Double this', preferences });
  const accurate = await pick({ accuracy_weight: 1 });
  expect(accurate.version_sid).toBe(good);
  expect(accurate.confidence).toBeGreaterThan(0.9);
  expect(accurate.candidates.map((c) => c.version_sid)).toContain(asking);
  expect((await pick({ speed_weight: 1 })).version_sid).toBe(workflow.current_version_sid);

  const auto = await rpc<{ workflow_version_sid: string; version_choice: string }>('play_start', {
    ...{ workflow_sid, input_data: { x: 3 }, version_sid: 'auto', preferences: { accuracy_weight: 1 } },
  });
  expect(auto.workflow_version_sid).toBe(good);
  expect(JSON.parse(auto.version_choice)).toMatchObject({ version_sid: good, candidates: { length: 3 } });
  const grpc = createClient(PlayService, createGrpcTransport({ baseUrl: `http://127.0.0.1:${run.port + 1}` }));
  const byGrpc = await grpc.startPlay({
    workflow: { case: 'workflowSid', value: workflow_sid },
    ...{ inputData: '{"x": 3}', versionSid: 'auto', preferences: { accuracyWeight: 1 } },
  });
  expect(byGrpc.workflowVersionSid).toBe(good);
  expect(JSON.parse(byGrpc.versionChoice)).toMatchObject({ version_sid: good });
  const byCli = ['play', 'start', 'double', '-i', 'x=3', '--flow-version', 'auto', '--accuracy', '1'];
  const chosenPlay = (await cli(run, byCli)).stdout.trim();
  expect((await cli(run, ['play', 'show', chosenPlay])).stdout).toMatch(
    /\nflow {6}double v2\nchosen {4}Version 2 is expected to serve best .* Confidence: [0-9.]+\.\n/,
  );
  const stray = await cli(run, ['play', 'start', 'double', '-i', 'x=3', '--speed', '1']);
  expect([stray.code, stray.stderr]).toEqual([2, expect.stringContaining('add --flow-version auto')]);
  const compared = await cli(run, ['bench', 'compare', first.sid, done.sid]);
  expect(compared.stdout, compared.stderr).toContain('examples  4 compared');
  expect(compared.stdout).toMatch(/accuracy {2}\+50 points \(95 %: /);
  const worse = await cli(run, ['bench', 'compare', done.sid, first.sid]);
  expect(worse.stdout).toMatch(/\nworse {5}x3 {2}[0-9a-z]{26}\nworse {5}x4 {2}/);
  const shown = await cli(run, ['bench', 'run', 'double', '--example', 'x1', '--scoring', 'subset', '--wait']);
  expect([shown.code, shown.stderr]).toEqual([0, '']);
  expect(shown.stdout).toMatch(/status {5}done\nversion {4}v1\nruns {7}1 of 1\nsuccess {4}100 %\naccuracy {3}100 %/);
  const chosen = await cli(run, ['flow', 'pick', 'double', '--accuracy', '1']);
  expect(chosen.stdout).toMatch(/^v2 {2}/);
  expect((await cli(run, ['bench', 'list', 'double'])).stdout.split('\n').filter(Boolean)).toHaveLength(4);
  const wrong = await cli(run, ['bench', 'run', 'double', '--example', 'none']);
  expect([wrong.code, wrong.stderr]).toEqual([
    1,
    expect.stringContaining('has no example "none"; it has "x1", "x2", "x3", "x4"'),
  ]);
}, 120_000);

const GENERATOR = `
from hero_tracing import flow

@flow(name="think_of_numbers")
def main(workflow: str, inputs: list, examples: list, count: int) -> list:
    assert workflow == "triple" and [i["name"] for i in inputs] == ["x"] and examples == []
    return [{"x": n} for n in range(count - 1)] + [{"x": "many"}]
`;

it('has a flow think of examples and runs over them', async () => {
  const source = SOURCE('return x * 3').replaceAll('double', 'triple');
  const { sid } = await rpc<{ sid: string }>('workflow_create', { name: 'triple', python_source: source });
  await rpc('workflow_create', { name: 'think_of_numbers', python_source: GENERATOR });
  const { stdout, stderr } = await cli(run, [
    'bench',
    'generate',
    'triple',
    '--by',
    'think_of_numbers',
    '--count',
    '4',
  ]);
  expect(stdout).toBe('3 examples of triple\n');
  expect(stderr).toBe('not saved: 4: x must be of type integer\n');
  const { examples } = await rpc<{ examples: { tags: string[] }[] }>('example_list', { workflow_sid: sid });
  expect(examples.map((example) => example.tags)).toEqual([['generated'], ['generated'], ['generated']]);
  const started = await rpc<Benchmark>('benchmark_run', { workflow_sid: sid });
  const done = await rpc<Benchmark>('benchmark_get', { benchmark_sid: started.sid, wait_ms: 60_000 });
  expect(done).toMatchObject({ status: 'done', num_runs: 3, success_rate: 100, failed_runs: 0 });
}, 120_000);
