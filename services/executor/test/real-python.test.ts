// Contract: with the real SDK in a real sandbox a play runs from its claim to its report; it pauses, is resumed without
// running finished steps again, uses the library, and ends as its limits say.

import { fileURLToPath } from 'node:url';
import { silentLog } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { LeaseState, RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInterpreters } from '../src/create-interpreters.ts';
import type { Interpreters } from '../src/interpreters/interpreter.ts';
import { findPython } from '../src/interpreters/python.ts';
import { createWorld } from './world.ts';

const SDK = fileURLToPath(new URL('../../../python', import.meta.url));
const python = await findPython().catch(() => undefined);

const PAUSING = `
from hero_tracing import flow, ask_user

@flow
def load(x: int) -> dict:
    flow.current_span.tag("cost_usd", 0.25)
    print("loading", x)
    return {"x": x}

@flow
def main(x: int) -> dict:
    first = load(x)
    who = ask_user.text("Who?", name="who")
    return {"first": first, "who": who}
`;

const DIVERGING = `
import os
from hero_tracing import flow, ask_user

@flow
def first(): return 1

@flow
def surprise(): print("the surprise ran")

@flow
def main():
    again = os.environ["HERO_REPLAY_STEP_OUTPUTS_FILE"] != ""
    if again:
        surprise()
    first()
    ask_user.confirm("Go?", name="go")
`;

const LARGE = `
from hero_tracing import flow, ask_user

@flow
def half(text: str) -> str:
    return text[: len(text) // 2]

@flow
def main(text: str) -> list:
    part = half(text)
    ask_user.confirm("Go?", name="go")
    return [len(text), len(part)]
`;

describe.skipIf(python === undefined)('a play in a real interpreter', () => {
  const folder = createTempDir();
  let world: Awaited<ReturnType<typeof createWorld>>;

  beforeAll(async () => {
    const interpreters: Interpreters = await createInterpreters({
      sdkPath: SDK,
      dir: folder.path,
      slots: 2,
      log: silentLog,
    });
    world = await createWorld({ interpreters, config: { slots: 2 } });
  });
  afterAll(async () => {
    await world.dispose();
    folder.remove();
  });

  it('pauses, is resumed, and finished steps are replayed', async () => {
    const { scheduler, spans } = world;
    scheduler.addVersion('v1', PAUSING);
    scheduler.enqueue('p1', { inputData: '{"x": 12345678901234567890}' });
    const first = await scheduler.reported('p1');
    expect(first).toMatchObject({ outcome: RunOutcome.AWAITING_RESUME, totalCostUsd: 0.25, spanCount: 3n });
    const id = scheduler.pauses[0]?.resumeId ?? '';
    expect(scheduler.pauses[0]).toMatchObject({ name: 'who', hasDefault: false });
    const before = await spans.getSkeleton({ playSid: 'p1' });
    expect(before.spans.map((s) => [s.name, s.status])).toEqual([
      ['main', SpanStatus.AWAITING_RESUME],
      ['load', SpanStatus.OK],
      ['who', SpanStatus.AWAITING_RESUME],
    ]);

    scheduler.enqueue('p1', { inputData: '{"x": 12345678901234567890}' }, [{ id, name: 'who', payload: '"Ada"' }]);
    const second = await scheduler.reported('p1');
    expect(second).toMatchObject({
      outcome: RunOutcome.SUCCESS,
      outputData: '{"first":{"x":12345678901234567890},"who":"Ada"}',
      totalCostUsd: 0.25,
      warnings: [],
    });
    const after = await spans.listSpans({ playSid: 'p1' });
    const byName = Object.fromEntries(after.spans.map((s) => [s.name, s]));
    expect(byName.load).toMatchObject({ status: SpanStatus.REPLAYED, runs: 1, replays: 1 });
    expect(byName.main).toMatchObject({ status: SpanStatus.OK, runs: 2, replays: 0 });
    const logs = await spans.listLogs({ playSid: 'p1' });
    expect(logs.logs.map((l) => [l.stream, l.text])).toEqual([['stdout', 'loading 12345678901234567890']]);
    expect(byName.load?.logs).toHaveLength(1);
  });

  it.each(['warn', 'stop'])('that does not do what was recorded: %s', async (onDivergence) => {
    const { scheduler, spans } = world;
    const sid = `diverging-${onDivergence}`;
    scheduler.addVersion(sid, DIVERGING, { limits: { onDivergence } });
    scheduler.enqueue(sid, { workflowVersionSid: sid });
    expect(await scheduler.reported(sid)).toMatchObject({ outcome: RunOutcome.AWAITING_RESUME, warnings: [] });
    const id = scheduler.pauses.at(-1)?.resumeId ?? '';
    scheduler.enqueue(sid, { workflowVersionSid: sid }, [{ id, name: 'go', payload: 'true' }]);
    const report = await scheduler.reported(sid);
    const finding = /new step 'surprise' came before the recorded step 'first' \(flow\.py, line 15\)/;
    expect(report.warnings).toEqual([expect.stringMatching(finding)]);
    const root = (await spans.listSpans({ playSid: sid })).spans.find((s) => s.parentId === '');
    expect(root?.tags?.divergence).toMatchObject({ expected: 'first', met: 'surprise', source_line: 15 });
    const ran = (await spans.listLogs({ playSid: sid })).logs.map((l) => l.text);
    if (onDivergence === 'stop') {
      expect(report).toMatchObject({ outcome: RunOutcome.FAILED, error: { type: 'Divergence' } });
      expect(report.error?.message).toMatch(finding);
      expect(ran, 'its body does not run').toEqual([]);
    } else {
      expect(report.outcome).toBe(RunOutcome.SUCCESS);
      expect(ran).toEqual(['the surprise ran']);
    }
  });

  it('uses a flow of the library, or says that there is none', async () => {
    const { scheduler } = world;
    scheduler.addVersion('double-current', 'from hero_tracing import flow\n@flow\ndef double(n):\n    return n * 2\n');
    scheduler.addVersion(
      'v2',
      'from hero_tracing import flow\n@flow\ndef main(name):\n    return flow.invoke(name, n=21)\n',
    );
    scheduler.enqueue('p2', { workflowVersionSid: 'v2', inputData: '{"name":"double"}' });
    expect(await scheduler.reported('p2')).toMatchObject({ outcome: RunOutcome.SUCCESS, outputData: '42' });
    scheduler.enqueue('p3', { workflowVersionSid: 'v2', inputData: '{"name":"nobody"}' });
    const failed = await scheduler.reported('p3');
    expect(failed.outcome).toBe(RunOutcome.FAILED);
    expect(failed.error?.message).toContain('there is no workflow nobody');
  });

  it.each([
    ['no flow', 'def f():\n    pass\n', RunOutcome.FAILED, 'NoFlow', /flow/],
    ['a source that does not compile', 'def f(:\n', RunOutcome.FAILED, 'SyntaxError', /flow\.py|syntax/],
    ['an error', flowBody('raise ValueError("boom")'), RunOutcome.FAILED, 'ValueError', /^boom$/],
    ['its CPU limit', flowBody('while True: pass'), RunOutcome.TIMED_OUT, 'CpuTimeLimit', /cpu_s is 1/],
    ['its memory limit', flowBody('return len(bytearray(2 * 1024**3))'), RunOutcome.FAILED, 'MemoryLimit', /memory_mb/],
    ['leaving by itself', flowBody('import os; os._exit(0)'), RunOutcome.FAILED, 'NoOutput', /exit code 0/],
    ['wall time', flowBody('import time; time.sleep(60)'), RunOutcome.TIMED_OUT, 'WallTimeLimit', /wall_ms is 1500/],
  ])('ends by %s', async (name, source, outcome, type, message) => {
    const sid = `p-${name}`;
    world.scheduler.addVersion(sid, source, { limits: { cpuS: 1, wallMs: 1500n, memoryMb: 256 } });
    if (type === 'CpuTimeLimit') world.scheduler.addVersion(sid, source, { limits: { cpuS: 1 } });
    world.scheduler.enqueue(sid, { workflowVersionSid: sid });
    const report = await world.scheduler.reported(sid);
    expect(report.error?.message).toMatch(message);
    expect([report.outcome, report.error?.type]).toEqual([outcome, type]);
    const { spans } = await world.spans.getSkeleton({ playSid: sid });
    expect(spans.filter((s) => s.status === SpanStatus.RUNNING)).toEqual([]);
  });

  it('takes a large input, and large outputs of steps come back whole on replay', async () => {
    const { scheduler } = world;
    scheduler.addVersion('large', LARGE);
    const inputData = JSON.stringify({ text: 'é'.repeat(1_000_000) });
    scheduler.enqueue('p8', { workflowVersionSid: 'large', inputData });
    expect((await scheduler.reported('p8')).outcome).toBe(RunOutcome.AWAITING_RESUME);
    const id = scheduler.pauses.at(-1)?.resumeId ?? '';
    scheduler.enqueue('p8', { workflowVersionSid: 'large', inputData }, [{ id, name: 'go', payload: 'true' }]);
    expect(await scheduler.reported('p8')).toMatchObject({
      outcome: RunOutcome.SUCCESS,
      outputData: '[1000000,500000]',
    });
  });

  it('is cancelled at once, and its spans with it', async () => {
    const { scheduler, signals, spans } = world;
    scheduler.addVersion('slow', flowBody('print("here"); import time; time.sleep(60)'));
    scheduler.enqueue('p9', { workflowVersionSid: 'slow' });
    await new Promise<void>((resolve) => {
      const stop = signals.subscribe('spans.p9', () => {
        stop();
        resolve();
      });
    });
    scheduler.leases.set('p9', LeaseState.CANCEL);
    signals.publish('plays.cancel');
    expect((await scheduler.reported('p9')).outcome).toBe(RunOutcome.CANCELLED);
    const { spans: found } = await spans.getSkeleton({ playSid: 'p9' });
    expect(found.map((s) => s.status)).toEqual([SpanStatus.CANCELLED]);
  });
});

describe.skipIf(python === undefined)('a play in a spawned interpreter', () => {
  it('runs as in a hot one', async () => {
    const folder = createTempDir();
    const options = { sdkPath: SDK, dir: folder.path, slots: 1, log: silentLog };
    const spawned = await createWorld({ interpreters: await createInterpreters({ ...options, kind: 'spawn' }) });
    spawned.scheduler.addVersion('v1', LARGE);
    const inputData = JSON.stringify({ text: 'x'.repeat(300_000) });
    spawned.scheduler.enqueue('p1', { inputData });
    expect(await spawned.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.AWAITING_RESUME,
      sandboxTier: 'D',
    });
    await spawned.dispose();
    folder.remove();
    await expect(createInterpreters({ ...options, kind: 'spawn', minTier: 'B' })).rejects.toThrow('at least tier B');
    folder.remove();
  });
});

function flowBody(body: string): string {
  return `from hero_tracing import flow\n@flow\ndef main():\n    ${body}\n`;
}
