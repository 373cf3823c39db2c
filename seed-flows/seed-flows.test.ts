// Contract: every seed flow is there after the first start with its examples, every example runs to success without a person and gives
// what it expects, a user's edit survives the next start, and commit_report measures the real history of this repository.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type LocalRun, startLocalRun } from '@hero-logic/cli/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

interface Play {
  sid: string;
  status: string;
  output_data: string;
  error?: { message: string };
  warnings: string[];
  pending_resumes: { id: string; ui: string }[];
}

const HERE = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
let run: LocalRun;

beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => run.remove());

const sidOf = async (name: string) => (await run.rpc<{ sid: string }>('workflow_get', { name })).sid;

it.each(names)('%s: every example runs to success and gives what it expects', async (name) => {
  const { examples } = await run.rpc<{ examples: { sid: string; name: string; expected_output?: string }[] }>(
    'example_list',
    { workflow_sid: await sidOf(name) },
  );
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) {
    const play = await run.rpc<Play>('play_start', {
      workflow_name: name,
      input_data: {},
      example_sid: example.sid,
      wait_ms: 30_000,
    });
    expect(play.status, `${example.name}: ${play.error?.message}`).toBe('success');
    expect(play.warnings).toEqual([]);
    if (example.expected_output) expect(JSON.parse(play.output_data)).toEqual(JSON.parse(example.expected_output));
  }
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
