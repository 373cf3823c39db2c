// Contract: a play that was exported from one store is taken in by another, once, as a finished play that reads the same and says where it
// ran; and what "play export" writes of a real play is met again, key by key, by the Python test helpers, both for a play that has
// ended, also inside a page, and for one that waits; and a source that would break the play is refused by the same file.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordedIn, sha256 } from '../src/export/recorded-play.ts';
import { cli, type LocalRun, REPOSITORY, startLocalRun } from './support/local-run.ts';

const CHILD = `
from hero_tracing import flow
@flow
def part(n): return [n, flow.random()]
@flow
def child(n: int): return [part(n), flow.pause("inside")]
`;
const MAIN = `
from hero_tracing import flow
@flow
def leaf(n): return n * 2
@flow(retries=1, retry_delay=0)
def node(n):
    flow.sleep(0.01)
    return [leaf(n), leaf(n), flow.uuid()]
@flow
def main(n: int = 2) -> list:
    rows = [str(flow.now()), *flow.map(node, range(n))]
    rows += flow.gather(lambda: flow.invoke("child", n=1), lambda: flow.invoke("child", n=2))
    return rows + [flow.pause("late", timeout=0.1, default={"a": 1.0}), flow.pause("end"), "é"]
`;

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => run.remove());

interface Play {
  sid: string;
  status: string;
  error?: { type: string; message: string };
  input_data?: string;
  output_data?: string;
  workflow_sid: string;
  pending_resumes: { id: string; name: string }[];
}

function replay(file: string, options: string): { status: number | null; out: string; err: string } {
  const program = `from hero_tracing.testing import load_recorded\nr = load_recorded(${JSON.stringify(file)}).replay(${options})\nprint(r.status, r.matched)`;
  const env = { ...process.env, PYTHONPATH: join(REPOSITORY, 'python'), PYTHONDONTWRITEBYTECODE: '1' };
  const done = spawnSync('python3', ['-c', program], { env, encoding: 'utf8', timeout: 20_000 });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

it('an exported play replays against its own source, and not against one that would break it', async () => {
  await run.rpc('workflow_create', { name: 'child', python_source: CHILD });
  await run.rpc('workflow_create', { name: 'outer', python_source: MAIN });
  let play = await run.rpc<Play>('play_start', { workflow_name: 'outer', input_data: { n: 2 }, wait_ms: 20_000 });
  expect(play.status, play.error?.message).toBe('awaiting_resume');

  const waiting = join(run.root, 'waiting.json');
  expect(await cli(run, ['play', 'export', play.sid, '--out', waiting])).toMatchObject({ code: 0 });
  expect(replay(waiting, '')).toMatchObject({ status: 0, out: expect.stringMatching(/^awaiting_resume \d+\n$/) });

  while (play.status === 'awaiting_resume') {
    const question = play.pending_resumes.find(({ name }) => name !== 'late');
    if (question !== undefined) {
      await run.rpc('play_resume', { play_sid: play.sid, resume_id: question.id, payload_json: '[1.0]' });
    }
    play = await run.rpc<Play>('play_wait', { play_sid: play.sid, timeout_ms: 500 });
    while (play.status === 'pending' || play.status === 'running') {
      play = await run.rpc<Play>('play_wait', { play_sid: play.sid, timeout_ms: 500 });
    }
  }
  expect(play.status, play.error?.message).toBe('success');

  const ended = join(run.root, 'ended.json');
  expect(await cli(run, ['play', 'export', play.sid, '--out', ended])).toMatchObject({ code: 0 });
  const steps = await run.rpc<{ steps: { name: string }[]; next: number }>('play_steps', { play_sid: play.sid });
  expect(steps.next).toBe(0);
  expect(replay(ended, '').out).toMatch(/^success \d+\n$/);
  expect(replay(ended, 'deep=True').out).toBe(`success ${steps.steps.length}\n`);

  const page = join(run.root, 'ended.html');
  expect(await cli(run, ['play', 'export', play.sid, '--html', page])).toMatchObject({ code: 0, stdout: '' });
  expect(readFileSync(page, 'utf8')).toMatch(
    /^<!doctype html>[\s\S]*<script type="application\/json" id="recorded-play">\{/,
  );
  expect(replay(page, 'deep=True').out).toBe(`success ${steps.steps.length}\n`);

  const made = await cli(run, ['example', 'import', page, 'outer', 'from a page', '-o', 'json']);
  expect(JSON.parse(made.stdout)).toMatchObject({
    input_values: { n: '2' },
    resumes: { end: '[[1.0]]' },
    expected_output: play.output_data,
  });
  expect(await cli(run, ['example', 'import', join(run.root, 'none'), 'outer', 'x'])).toMatchObject({ code: 2 });

  const edited = join(run.root, 'edited.py');
  writeFileSync(edited, MAIN.replace('leaf(n), leaf(n)', 'leaf(n), leaf(n + 1)'));
  expect(replay(ended, `${JSON.stringify(edited)}, deep=True`)).toMatchObject({
    status: 1,
    err: expect.stringContaining(
      "RecordingMismatch: the recorded play of 'main' does not fit: the body of step 'leaf'",
    ),
  });
});

const QUOTE = `
from hero_tracing import flow
@flow(title="Look it up")
def look_up(order: str, api_key: str): return {"order": order, "api_key": api_key, "n": 1.0}
@flow
def quote(order: str, api_key: str = "sk-1") -> str:
    print("quoting", order)
    return look_up(order, api_key)["order"] + flow.pause("price")
`;

it('a page is a row of a benchmark, and a finished play of another store, once, masked and read only', async () => {
  const workflow = await run.rpc<{ sid: string }>('workflow_create', { name: 'quote', python_source: QUOTE });
  const inputs = { workflow_name: 'quote', input_data: { order: '17' }, prefill_resumes_json: '{"price":"9"}' };
  const play = await run.rpc<Play>('play_start', { ...inputs, wait_ms: 20_000 });
  const failed = await run.rpc<Play>('play_start', { ...inputs, prefill_resumes_json: '{"price":9}', wait_ms: 20_000 });
  expect([play.status, failed.status]).toEqual(['success', 'failed']);
  const [page, file] = [join(run.root, 'quote.html'), join(run.root, 'failed.json')];
  expect(await cli(run, ['play', 'export', play.sid, '--html', page])).toMatchObject({ code: 0 });
  expect(await cli(run, ['play', 'export', failed.sid, '--out', file])).toMatchObject({ code: 0 });

  const made = await cli(run, ['example', 'import', page, 'quote', 'from a page', '-o', 'json']);
  const exampleSid = JSON.parse(made.stdout).sid as string;
  const ordered = { workflow_sid: workflow.sid, example_sids: [exampleSid] };
  const { sid: benchmarkSid } = await run.rpc<{ sid: string }>('benchmark_run', ordered);
  const measured = { benchmark_sid: benchmarkSid, wait_ms: 60_000 };
  expect(await run.rpc('benchmark_get', measured)).toMatchObject({
    ...{ status: 'done', accuracy: 1 },
    runs: [{ example_sid: exampleSid, status: 'success', score: 1 }],
  });

  const other = await startLocalRun();
  try {
    const first = await cli(other, ['play', 'import', page, '-o', 'json']);
    expect(first, first.stderr).toMatchObject({ code: 0 });
    const here = JSON.parse(first.stdout) as Play & { imported_from: object };
    expect(here).toMatchObject({
      ...{ status: 'success', output_data: '"179"', imported_from: { play_sid: play.sid } },
      ...{ trigger: `import of ${play.sid}`, version_number: 1 },
      received_resumes: [{ name: 'price', payload: '"9"', resumed_by: 'prefill' }],
    });
    expect(JSON.parse(here.input_data ?? '')).toEqual({ order: '17', api_key: '[redacted]' });
    expect(here.sid).not.toBe(play.sid);
    expect(JSON.parse((await cli(other, ['play', 'import', page, '-o', 'json'])).stdout)).toEqual(here);

    // The same play under a source that was edited since: it stays, and says on which version.
    const edited = join(other.root, 'edited.html');
    const changed = readFileSync(page, 'utf8').replace('"source":"', '"source":"# edited\\n');
    writeFileSync(edited, changed);
    const refused = await cli(other, ['play', 'import', edited]);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('its source is not the one of its source_sha256'),
    });
    const { source } = recordedIn(changed) ?? { source: '' };
    writeFileSync(edited, changed.replace(/"source_sha256":"\w+"/, `"source_sha256":"${sha256(source)}"`));
    expect((await cli(other, ['play', 'import', edited])).stdout).toBe(
      `${here.sid}  success, quote v1 (v2 added), imported from ${play.sid}\n`,
    );

    for (const [at, sid] of [
      [run, play.sid],
      [other, here.sid],
    ] as const)
      trees.push((await cli(at, ['play', 'show', sid, '--spans'])).stdout.replaceAll(sid, 'SID').split('\n').slice(-6));
    expect(trees[1]).toEqual(trees[0]);
    const logs = await other.rpc<{ logs: { text: string }[] }>('play_logs', { play_sid: here.sid });
    expect(logs.logs.map(({ text }) => text)).toEqual(['quoting 17']);
    const steps = await other.rpc<{ steps: { output: string }[] }>('play_steps', { play_sid: here.sid });
    expect(steps.steps.some(({ output }) => output.includes('"n":1.0'))).toBe(true);

    expect((await cli(other, ['play', 'import', file])).code).toBe(0);
    const { plays } = await other.rpc<{ plays: Play[] }>('play_list', { status: ['failed'] });
    expect(plays).toMatchObject([{ error: { type: failed.error?.type, message: failed.error?.message } }]);
    await expect(other.rpc('play_fork', { play_sid: here.sid, from_span_id: '0'.repeat(16) })).rejects.toMatchObject({
      violations: [{ field: 'from_span_id' }],
    });
    await takesInAChild(other);
    await refusesBadFiles(other, readFileSync(file, 'utf8'), plays[0]?.workflow_sid ?? '');
    const { plays: all } = await other.rpc<{ plays: Play[] }>('play_list');
    expect(all).toHaveLength(3);
  } finally {
    await other.remove();
  }
});

const trees: string[][] = [];

const PART = `
from hero_tracing import flow
@flow
def inner(n): return n + 1
@flow
def part(n: int) -> int: return inner(n)
`;
const WHOLE = 'from hero_tracing import flow\n@flow\ndef whole() -> int: return flow.invoke("part", spawn=True, n=1)\n';

/** A play that another one started travels without it, and what is exported there still replays. */
async function takesInAChild(other: LocalRun): Promise<void> {
  for (const [name, python_source] of Object.entries({ part: PART, whole: WHOLE })) {
    await run.rpc('workflow_create', { name, python_source });
  }
  const parent = await run.rpc<Play>('play_start', { workflow_name: 'whole' });
  await run.rpc('play_wait', { play_sid: parent.sid, timeout_ms: 20_000, until: 'terminal' });
  const { plays } = await run.rpc<{ plays: Play[] }>('play_list', { parent_play_sid: parent.sid });
  const [file, again] = [join(run.root, 'child.json'), join(run.root, 'again.json')];
  expect(await cli(run, ['play', 'export', plays[0]?.sid ?? '', '--out', file])).toMatchObject({ code: 0 });
  const taken = await cli(other, ['play', 'import', file, '-o', 'json']);
  expect(taken, taken.stderr).toMatchObject({ code: 0 });
  const here = JSON.parse(taken.stdout) as Play & { parent_play_sid?: string };
  expect(here).toMatchObject({ status: 'success', output_data: '2' });
  expect(here.parent_play_sid ?? '').toBe('');
  expect(await cli(other, ['play', 'export', here.sid, '--out', again])).toMatchObject({ code: 0 });
  for (const one of [file, again]) expect(replay(one, 'deep=True')).toMatchObject({ out: 'success 2\n', err: '' });
}

async function refusesBadFiles(at: LocalRun, text: string, workflowSid: string): Promise<void> {
  type File = { view: { play: Record<string, unknown>; spans: Record<string, unknown>[] } } & Record<string, unknown>;
  for (const [field, spoil] of [
    ['recorded_json.format', (f: File) => (f.format = 'other')],
    ['recorded_json.view', (f: File) => delete (f as Partial<File>).view],
    ['recorded_json.view.play.sid', (f: File) => (f.view.play.sid = '../x')],
    ['recorded_json.view.play', (f: File) => (f.view.play.attempt = 'many')],
    ['recorded_json.view.play.completedAt', (f: File) => delete f.view.play.completedAt],
    ['recorded_json.view.spans[0].spanId', (f: File) => (f.view.spans[0] = { ...f.view.spans[0], spanId: 'x' })],
    ['recorded_json.steps', (f: File) => (f.steps = 'none')],
  ] as const) {
    const spoiled = JSON.parse(text) as File;
    spoil(spoiled);
    const params = { workflow_sid: workflowSid, recorded_json: JSON.stringify(spoiled) };
    await expect(at.rpc('play_import', params), field).rejects.toMatchObject({ violations: [{ field }] });
  }
  const waiting = text.replaceAll('PLAY_STATUS_FAILED', 'PLAY_STATUS_AWAITING_RESUME');
  const params = { workflow_sid: workflowSid, recorded_json: waiting };
  await expect(at.rpc('play_import', params)).rejects.toMatchObject({ reason: 'PLAY_NOT_ENDED' });
}
