// Contract: a running play that an operator pauses stops after the step under way and leaves no process; unpaused it goes on where it
// was, with the same output as if nothing had happened, and no step runs twice. So too where steps run side by side.

import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli, type LocalRun, startLocalRun } from './support/local-run.ts';

interface Play {
  sid: string;
  status: string;
  output_data?: string;
  attempt: number;
  hold?: { at: number; by: string; reason: string };
}

interface Span {
  name: string;
  status: string;
  output?: string;
  runs: number;
}

const SOURCE = `
import os, time
from hero_tracing import flow

@flow
def work(i: int) -> dict:
    time.sleep(0.2)
    return {"i": i, "pid": os.getpid()}

@flow(name="forty")
def forty(side_by_side: bool) -> list:
    done = flow.map(work, list(range(40)), concurrency=2) if side_by_side else [work(i) for i in range(40)]
    return [one["i"] for one in done]
`;

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
  await run.rpc('workflow_create', { name: 'forty', python_source: SOURCE });
});
afterAll(() => run.remove());

const spansOf = async (playSid: string) =>
  (await run.rpc<{ spans: Span[] }>('play_spans', { play_sid: playSid, page_size: 1000 })).spans;
const stepsOf = async (playSid: string) => (await spansOf(playSid)).filter((span) => span.name === 'work');
const pidsOf = (steps: Span[]) => new Set(steps.flatMap((s) => (s.output ? [JSON.parse(s.output).pid as number] : [])));

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`it did not come to this within 30 s: ${what}`);
}

/** A process of that id which has not just ended and is about to be collected. */
function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // It has ended in between.
  }
}

it.each([[false], [true]])('paused and unpaused, steps side by side: %s', { timeout: 90_000 }, async (sideBySide) => {
  const { sid } = await run.rpc<Play>('play_start', {
    workflow_name: 'forty',
    input_data: { side_by_side: sideBySide },
  });
  await until('some steps are done', async () =>
    (await stepsOf(sid)).filter((s) => s.status === 'ok').length >= 5 ? true : undefined,
  );
  const paused = await cli(run, ['play', 'pause', sid, '--reason', 'look', '--by', 'Ada']);
  expect(paused).toMatchObject({ code: 0, stdout: 'held; it stops after the present step\n' });
  const held = await until('it is held without a process', async () => {
    const play = await run.rpc<Play>('play_status', { play_sid: sid, with_spans: false });
    return play.status === 'pending' ? play : undefined;
  });
  expect(held).toMatchObject({ hold: { by: 'Ada', reason: 'look' }, attempt: 1 });
  const before = await stepsOf(sid);
  expect(before.filter((s) => s.status === 'ok').length).toBeLessThan(40);
  const [pid] = pidsOf(before);
  // Inside a sandbox with process ids of its own there is nothing to look for.
  if (pid !== undefined && pid > 100) expect(isAlive(pid)).toBe(false);

  expect(await run.rpc<Play>('play_pause', { play_sid: sid, by: 'Bob' })).toMatchObject({ hold: held.hold });
  const free = await run.rpc<Play>('play_unpause', { play_sid: sid });
  expect(free.hold ?? null).toBeNull();
  const ended = await run.rpc<Play>('play_wait', { play_sid: sid, timeout_ms: 60_000, until: 'terminal' });
  expect(ended).toMatchObject({ status: 'success', attempt: 2 });
  expect(JSON.parse(ended.output_data ?? '')).toEqual(Array.from({ length: 40 }, (_, i) => i));
  const steps = await stepsOf(sid);
  expect(steps).toHaveLength(40);
  // A step that was recorded keeps the output of the first process, and none that had begun to run was cut off.
  const first = new Map(before.filter((s) => s.status === 'ok').map((s) => [s.output, s]));
  expect(steps.filter((s) => first.has(s.output))).toHaveLength(first.size);
  expect(steps.filter((s) => s.runs !== 1)).toEqual([]);
});

it('terminate ends a play whose code ignores the cancel, at once', { timeout: 60_000 }, async () => {
  const stubborn = `
import signal, time
from hero_tracing import flow

@flow(name="stubborn")
def stubborn() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    flow.current_span.log("deaf")
    while True:
        time.sleep(0.05)
`;
  await run.rpc('workflow_create', { name: 'stubborn', python_source: stubborn });
  const { sid } = await run.rpc<Play>('play_start', { workflow_name: 'stubborn' });
  await until('it is deaf', async () => {
    const { logs } = await run.rpc<{ logs: unknown[] }>('play_logs', { play_sid: sid });
    return logs.length > 0 ? true : undefined;
  });
  const began = Date.now();
  const ended = await run.rpc<Play>('play_terminate', { play_sid: sid, reason: 'deaf' });
  expect(ended).toMatchObject({ status: 'cancelled', error: { message: 'deaf' } });
  expect(Date.now() - began).toBeLessThan(4000);
});
