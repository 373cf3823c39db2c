// Contract: kill -9 of the whole process at any moment loses no acknowledged play, step or answer; after the next start unfinished plays go
// on by themselves, steps that were acknowledged do not run again, and no process of the old run is left. A second start on the same data is refused.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BIN, command, type LocalRun, startLocalRun } from './support/local-run.ts';

interface Play {
  sid: string;
  status: string;
  output_data?: string;
  attempt: number;
  pending_resumes: { id: string; name: string }[];
  received_resumes: { id: string; payload: string }[];
}

const SOURCE = `
import time
from hero_tracing import ask_user, flow

@flow
def work(i: int, ms: int) -> dict:
    time.sleep(ms / 1000)
    return {"i": i, "token": str(flow.uuid())}

@flow(name="steps_then_ask")
def steps_then_ask(count: int, ms: int) -> dict:
    tokens = [work(i, ms)["token"] for i in range(count)]
    answer = ask_user.text("Go on?", name="go")
    tokens += [work(count + i, ms)["token"] for i in range(count)]
    return {"tokens": tokens, "answer": answer}
`;

let run: LocalRun;
let workflowSid: string;

beforeAll(async () => {
  run = await startLocalRun();
  workflowSid = (await run.rpc<{ sid: string }>('workflow_create', { name: 'steps_then_ask', python_source: SOURCE }))
    .sid;
});
afterAll(() => run.remove());

const spansOf = async (playSid: string) =>
  (
    await run.rpc<{
      spans: { span_id: string; name: string; status: string; output?: string; runs: number; replays: number }[];
    }>('play_spans', { play_sid: playSid, page_size: 1000 })
  ).spans;
const wait = (playSid: string, until: string) =>
  run.rpc<Play>('play_wait', { play_sid: playSid, timeout_ms: 60_000, until });

it('keeps plays, steps and answers over ten kills at random moments', { timeout: 180_000 }, async () => {
  const plays: string[] = [];
  const recorded = new Map<string, string>();
  for (let kill = 0; kill < 10; kill++) {
    plays.push(
      (
        await run.rpc<Play>('play_start', {
          workflow_sid: workflowSid,
          input_data: { count: 6, ms: 40 },
          idempotency_key: `k${kill}`,
        })
      ).sid,
    );
    await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 400));
    for (const sid of plays) {
      for (const span of await spansOf(sid)) {
        if (span.name === 'work' && span.status === 'ok' && span.output)
          recorded.set(`${sid}/${span.span_id}`, span.output);
      }
    }
    await run.crash();
    await run.restart();
  }
  for (const sid of plays) {
    const paused = await wait(sid, 'settled');
    expect(paused.status, JSON.stringify(paused)).toBe('awaiting_resume');
    const question = paused.pending_resumes[0];
    const answered = await run.rpc<{ resumed_at: number }>('play_resume', {
      play_sid: sid,
      resume_id: question?.id,
      payload_json: JSON.stringify(`yes ${sid}`),
    });
    expect(answered.resumed_at).toBeGreaterThan(0);
  }
  await run.crash();
  await run.restart();
  for (const sid of plays) {
    const ended = await wait(sid, 'terminal');
    expect(ended.status, JSON.stringify(ended)).toBe('success');
    const output = JSON.parse(ended.output_data as string) as { tokens: string[]; answer: string };
    expect(output.answer).toBe(`yes ${sid}`);
    expect(new Set(output.tokens).size).toBe(12);
    for (const span of await spansOf(sid)) {
      const before = recorded.get(`${sid}/${span.span_id}`);
      if (before !== undefined) expect(span.output, 'an acknowledged step keeps its first output').toBe(before);
    }
  }
  expect(recorded.size).toBeGreaterThan(10);
});

it('goes on with a bulk job that was killed in the middle: each play runs again once', {
  timeout: 120_000,
}, async () => {
  interface Job {
    sid: string;
    status: string;
    done: number;
    failed: number;
  }
  const source = 'from hero_tracing import flow\n@flow\ndef brief(n: int = 1) -> int: return n\n';
  await run.rpc('workflow_create', { name: 'brief', python_source: source });
  const started = Array.from({ length: 300 }, (_, n) =>
    run.rpc<Play>('play_start', { workflow_name: 'brief', input_data: { n } }),
  );
  const sids = (await Promise.all(started)).map(({ sid }) => sid);
  const request = { action: 'rerun', filter: 'workflow:brief', request_id: 'again' };
  const { sid } = await run.rpc<Job>('play_bulk_start', request);
  const look = () => run.rpc<Job>('play_bulk_get', { job_sid: sid });
  let job = await look();
  while (job.done === 0) job = await look();
  expect(job.status, 'killed in the middle').toBe('running');
  await run.crash();
  await run.restart();
  expect((await run.rpc<Job>('play_bulk_start', request)).sid).toBe(sid);
  // A local run owns its data: it does not wait for the lease of the process that was killed.
  for (job = await look(); job.status === 'running'; job = await look()) await new Promise((r) => setTimeout(r, 200));
  expect(job).toMatchObject({ status: 'done', done: 300, failed: 0 });
  const { plays } = await run.rpc<{ plays: { forked_from?: { play_sid: string } }[] }>('play_list', {
    filter: 'workflow:brief',
    page_size: 1000,
  });
  const origins = plays.flatMap(({ forked_from: from }) =>
    from === undefined || from === null ? [] : [from.play_sid],
  );
  expect(origins.sort()).toEqual(sids.sort());
  expect(plays).toHaveLength(600);
});

it('leaves no process behind, waiting or killed', async () => {
  const play = await run.rpc<Play>('play_start', {
    workflow_sid: workflowSid,
    input_data: { count: 1, ms: 1 },
    wait_ms: 30_000,
  });
  expect(play.status).toBe('awaiting_resume');
  const spans = await run.rpc<{ spans: { name: string; status: string }[] }>('play_status', { play_sid: play.sid });
  expect(spans.spans.some((s) => s.status === 'awaiting_resume')).toBe(true);
  await run.crash();
  const end = Date.now() + 5000;
  while (pythonsOf(run.root).length > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(pythonsOf(run.root)).toEqual([]);
  await run.restart();
  expect((await run.rpc<Play>('play_status', { play_sid: play.sid })).status).toBe('awaiting_resume');
});

it('refuses a second start on the same data, and leaves the first alone', async () => {
  const second = await command(process.execPath, [BIN, 'dev', '--port', String(run.port + 10)], { env: run.env });
  // The person's to change, not our fault.
  expect(second.code).toBe(2);
  expect(second.stderr).not.toMatch(/INTERNAL/);
  expect(second.stderr + second.stdout).toMatch(/in use by another hero-logic/);
  expect(second.stderr + second.stdout).not.toMatch(/\n\s+at /);
  expect(await run.rpc('system.ping')).toBe('pong');
  const samePort = await command(process.execPath, [BIN, 'dev', '--port', String(run.port)], {
    env: { PATH_ROOT: `${run.root}/other` },
  });
  expect(samePort.code).toBe(2);
  expect(samePort.stderr).toMatch(/port \d+ of 127.0.0.1 is taken by another program; choose another one with --port/);
});

it('drains on SIGTERM: exit 0 within 15 s, running plays back to pending and finished after the next start', {
  timeout: 60_000,
}, async () => {
  const play = await run.rpc<Play>('play_start', { workflow_sid: workflowSid, input_data: { count: 200, ms: 100 } });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const started = Date.now();
  expect(await run.stop()).toBe(0);
  expect(Date.now() - started).toBeLessThan(15_000);
  await run.restart();
  const again = await run.rpc<Play>('play_status', { play_sid: play.sid });
  expect(['pending', 'running']).toContain(again.status);
  await run.rpc('play_cancel', { play_sid: play.sid });
  expect((await wait(play.sid, 'terminal')).status).toBe('cancelled');
});

it('two runs with two roots and ports never meet', async () => {
  const other = await startLocalRun();
  const list = await other.rpc<{ workflows: { name: string }[] }>('workflow_list', {});
  expect(list.workflows.map((w) => w.name)).not.toContain('steps_then_ask');
  await other.remove();
});

/** Python processes whose command line or folder lies under the root of a run. */
function pythonsOf(root: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || !existsSync(`/proc/${name}/cmdline`)) return false;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return command.includes('python') && (command + readFileSync(`/proc/${name}/environ`, 'utf8')).includes(root);
    } catch {
      return false; // It has just ended, or is not ours to read.
    }
  });
}
