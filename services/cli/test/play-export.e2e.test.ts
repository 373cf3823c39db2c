// Contract: what "play export" writes of a real play is met again, key by key, by the Python test helpers, both for a play that has
// ended, also inside a page, and for one that waits; and a source that would break the play is refused by the same file.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
  error?: { message: string };
  output_data?: string;
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
  expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<b>leaf<\/b>[\s\S]*id="recorded-play"/);
  expect(replay(page, 'deep=True').out).toBe(`success ${steps.steps.length}\n`);

  const imported = await cli(run, ['example', 'import', page, 'outer', 'from a page', '-o', 'json']);
  expect(JSON.parse(imported.stdout)).toMatchObject({
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
