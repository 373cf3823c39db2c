// Contract: what an earlier version stored is brought forward at the start, without a word from anybody: finished plays stay readable, a question that
// was open is answered and its play goes on from its recorded steps, a sleeper wakes or is cancelled, and flows of that time run, are found and
// get new versions. data/store-of-2026-11-25.sql is what the version of that day wrote (one finished play, one failed, one asking, one asleep).

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli, type LocalRun, startLocalRun } from './support/local-run.ts';

interface Play {
  readonly sid: string;
  readonly status: string;
  readonly output_data?: string;
  readonly error?: { readonly type: string; readonly message: string };
  readonly tags?: Record<string, string>;
  readonly pending_resumes: readonly { readonly id: string }[];
}
interface Span {
  readonly name: string;
  readonly status: string;
  readonly output?: string;
  readonly runs: number;
}

function older(root: string): void {
  const folder = join(root, 'var', 'hero_logic');
  mkdirSync(folder, { recursive: true });
  const db = new DatabaseSync(join(folder, 'hero_logic.sqlite'));
  db.exec(readFileSync(new URL('data/store-of-2026-11-25.sql', import.meta.url), 'utf8'));
  db.close();
}

let run: LocalRun;
let plays: Play[];
beforeAll(async () => {
  run = await startLocalRun({ prepare: older });
  plays = (await run.rpc<{ plays: Play[] }>('play_list', { page_size: 10 })).plays;
});
afterAll(() => run.remove());

/** The latest that waits or that is of the status. */
const found = async (name: string, status: string) => {
  const { sid } = plays.find((play) => play.status === status && (play as { name?: string }).name === name) as Play;
  return run.rpc<Play>('play_status', { play_sid: sid, with_spans: false });
};
const stepsOf = async (play_sid: string) =>
  (await run.rpc<{ spans: Span[] }>('play_spans', { play_sid, page_size: 100 })).spans;

test('what is over stays as it was', async () => {
  const done = await found('older', 'success');
  expect(JSON.parse(done.output_data ?? '')).toMatchObject({ sum: 13 });
  expect(done.tags).toEqual({ kind: 'done' });
  const names = (await stepsOf(done.sid)).map(({ name, status }) => `${name} ${status}`);
  expect(names.sort()).toEqual(['look ok', 'older ok', 'stamp ok', 'twice ok', 'twice ok']);
  expect((await found('older', 'failed')).error).toMatchObject({ type: 'ValueError', message: 'less than nothing' });
  expect((await cli(run, ['play', 'show', done.sid])).stdout).toContain('success');
  const { logs } = await run.rpc<{ logs: { text: string }[] }>('play_logs', { play_sid: done.sid });
  expect(logs.map(({ text }) => text)).toEqual(['looking at 6']);
});

test('a question is answered, and the play goes on from what it had recorded', { timeout: 60_000 }, async () => {
  const asking = await found('older', 'awaiting_resume');
  const stamp = (await stepsOf(asking.sid)).find(({ name }) => name === 'stamp')?.output;
  await run.rpc('play_resume', { play_sid: asking.sid, resume_id: asking.pending_resumes[0]?.id, payload_json: '2' });
  const ended = await run.rpc<Play>('play_wait', { play_sid: asking.sid, timeout_ms: 30_000, until: 'terminal' });
  expect(ended.status).toBe('success');
  expect(JSON.parse(ended.output_data ?? '')).toEqual({ sum: 22, stamp: JSON.parse(stamp ?? '') });
  const first = (await stepsOf(asking.sid)).find(({ name }) => name === 'twice');
  expect(first).toMatchObject({ output: '10', runs: 1 });
});

test('a sleeper can be cancelled', async () => {
  const asleep = await found('older_sleeper', 'awaiting_resume');
  expect(await run.rpc<Play>('play_cancel', { play_sid: asleep.sid })).toMatchObject({ status: 'cancelled' });
});

test('flows of that time run, are found and get new versions', { timeout: 60_000 }, async () => {
  const input = { workflow_name: 'older', input_data: { n: 1, ask: false }, wait_ms: 30_000 };
  expect(await run.rpc<Play>('play_start', input)).toMatchObject({ status: 'success' });
  expect((await cli(run, ['flow', 'search', 'doubles', 'asks'])).stdout).toContain('older');
  const source = 'from hero_tracing import flow\n\n\n@flow(name="older")\ndef older(n: int) -> int:\n    return n\n';
  const workflow = await run.rpc<{ sid: string }>('workflow_get', { name: 'older' });
  await run.rpc('workflow_create_version', { workflow_sid: workflow.sid, python_source: source, set_current: true });
  expect(await run.rpc<Play>('play_start', { ...input, input_data: { n: 7 } })).toMatchObject({ output_data: '7' });
});
