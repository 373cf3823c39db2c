// Contract: a claimed play gets its files and its environment, what it does is durable before it is acknowledged, and its
// run ends in exactly one report - or in none when the lease is lost, and then nothing more is written either.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeroError, topics } from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import { SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { LeaseState, RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { WaitKind } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScriptedInterpreters, type ScriptedInterpreters, type ScriptedPlay } from './scripted-interpreters.ts';
import { createWorld } from './world.ts';

const ROOT = {
  event: 'span_start',
  span_id: 'r',
  parent_id: '',
  name: 'main',
  kind: 'flow_root',
  at_ms: 1,
  input: '{}',
};
const OUTPUT = { event: 'step_output', step_key: 'kr', span_id: 'r', name: 'main', output: '{"n":1.0}' };
const END = { event: 'span_end', span_id: 'r', status: 'ok', at_ms: 9, output: '{"n":1.0}' };
const PAUSE = { event: 'pause', resume_id: 'q1', name: 'who', span_id: 'r', kind: 'answer', has_default: false };

let interpreters: ScriptedInterpreters;
let world: Awaited<ReturnType<typeof createWorld>>;
let clock: ReturnType<typeof createFakeClock>;

beforeEach(async () => {
  interpreters = createScriptedInterpreters();
  clock = createFakeClock();
  world = await createWorld({ interpreters, clock, config: { slots: 2, killGraceMs: 5000, drainGraceMs: 10_000 } });
  world.scheduler.addVersion('v1', 'SOURCE', { entry: 'begin', limits: { wallMs: 60_000n, memoryMb: 100 } });
});
afterEach(async () => {
  const disposed = world.dispose();
  for (let i = 0; i < 3; i++) await clock.advance(20_000);
  await disposed;
});

async function begin(playSid = 'p1', more = {}): Promise<ScriptedPlay> {
  world.scheduler.enqueue(playSid, more);
  return interpreters.started();
}

async function succeed(play: ScriptedPlay): Promise<void> {
  play.say(ROOT, OUTPUT, END);
  await play.acked();
  play.end({ code: 0 });
}

const step = (id: string) => ({
  event: 'span_start',
  span_id: id,
  parent_id: 'r',
  name: 'work',
  kind: 'step',
  at_ms: 2,
  input: '{}',
});
const stepOutput = (id: string) => ({
  event: 'step_output',
  step_key: `k-${id}`,
  span_id: id,
  name: 'work',
  output: '1',
});
const stepEnd = (id: string) => ({ event: 'span_end', span_id: id, status: 'ok', at_ms: 3, output: '1' });

/** Resolves when the executor has been told. */
async function holdPlay(playSid: string): Promise<void> {
  world.scheduler.leases.set(playSid, LeaseState.HOLD);
  const asked = new Promise<void>((resolve) => {
    world.scheduler.onCall = (name) => name === 'renewLeases' && resolve();
  });
  world.signals.publish(topics.cancel);
  await asked;
  await new Promise((resolve) => setImmediate(resolve));
}

async function statuses(playSid: string): Promise<SpanStatus[]> {
  return (await world.spans.getSkeleton({ playSid })).spans.map((s) => s.status);
}

describe('a run', () => {
  it('finds a process that has heard of it, unless others run already', async () => {
    world.signals.publish(topics.playsReady);
    expect(interpreters.expected()).toBe(1);
    const play = await begin();
    world.signals.publish(topics.playsReady);
    expect(interpreters.expected()).toBe(1);
    await succeed(play);
    await world.scheduler.reported('p1');
  });

  it('gets its files, environment and limits, and reports what the entry returned', async () => {
    const play = await begin('p1', { inputData: '{"a":1.0}', parentSpanId: 'parent', startedAt: { seconds: 5n } });
    expect(play.policy).toMatchObject({ network: 'none', cpuS: 600, memoryMb: 100 });
    expect(play.job).toEqual({
      source: 'SOURCE',
      env: {
        HERO_FLOW_INPUT: '{"a":1.0}',
        HERO_FLOW_PARENT_SPAN: 'parent',
        HERO_FLOW_VERSION_SID: 'v1',
        HERO_FLOW_PLAY_SID: 'p1',
        HERO_FLOW_NAME: 'begin',
        HERO_FLOW_STARTED_MS: '5000',
        HERO_REPLAY_STEP_OUTPUTS_FILE: '',
        HERO_REPLAY_RESUMES_FILE: '',
      },
      limits: { cpuS: 600, memoryMb: 100 },
    });
    expect(existsSync(join(play.dir, 'replay-steps.tsv'))).toBe(false);
    await clock.advance(1234);
    await succeed(play);
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.SUCCESS,
      outputData: '{"n":1.0}',
      durationMs: 1234n,
      spanCount: 1n,
      sandboxTier: 'B',
      lease: { playSid: 'p1', leaseToken: 'token-p1-1' },
    });
    expect(await interpreters.released()).toBe('i1');
  });

  it('of a version that is known has its process before anything else is asked of the scheduler', async () => {
    await succeed(await begin('first'));
    await world.scheduler.reported('first');
    const calls: string[] = [];
    world.scheduler.onCall = (name) => void calls.push(name);
    world.scheduler.enqueue('second');
    const play = await interpreters.started();
    expect(calls).toEqual([]);
    await succeed(play);
    await world.scheduler.reported('second');
    expect(calls).toContain('acquirePlays');
    expect(calls).not.toContain('resolveVersion');
  });

  it('whose flow has returned is reported once the process has let go of the wire, before it is gone', async () => {
    const play = await begin();
    play.say(ROOT, OUTPUT, END);
    await play.acked();
    play.hangUp();
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.SUCCESS,
      outputData: '{"n":1.0}',
    });
    expect(await interpreters.released()).toBe('i1');
  });

  it('whose flow has returned is reported as soon as it says that it is done and all is durable', async () => {
    const play = await begin();
    play.say(ROOT, OUTPUT, END, { event: 'done' });
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.SUCCESS,
      outputData: '{"n":1.0}',
    });
    expect(await interpreters.released()).toBe('i1');
    expect(play.told).toContainEqual({ ack: 4 });
  });

  it('that says it is done without having returned ends as its process does', async () => {
    const play = await begin();
    play.say(ROOT, { event: 'done' }, OUTPUT, END);
    play.end({ code: 3 });
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.FAILED,
      error: { type: 'ExitCode' },
    });
  });

  it('whose flow has not returned ends as its process does, whatever becomes of the wire', async () => {
    const play = await begin();
    play.say(ROOT, OUTPUT);
    await play.acked();
    play.hangUp();
    play.end({ code: 3 });
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.FAILED,
      error: { type: 'ExitCode' },
    });
  });

  it('is told to stop on divergence where its version says so', async () => {
    world.scheduler.addVersion('v2', 'SOURCE', { limits: { onDivergence: 'stop' } });
    const play = await begin('p1', { workflowVersionSid: 'v2' });
    expect(play.job.env.HERO_FLOW_ON_DIVERGENCE).toBe('stop');
    await succeed(play);
    await world.scheduler.reported('p1');
  });

  it('withdraws what lost a race, under its lease', async () => {
    const play = await begin();
    play.say(ROOT, PAUSE, { event: 'withdraw', id: 'w1', resume_ids: ['q1', 'q0'] }, OUTPUT, END);
    await play.acked();
    expect(world.scheduler.withdrawn).toEqual(['q1', 'q0']);
    expect(play.told).toContainEqual({ id: 'w1', result: {} });
    play.end({ code: 0 });
    await world.scheduler.reported('p1');
  });

  it('loses the play with its lease when it withdraws too late', async () => {
    const play = await begin();
    world.scheduler.onCall = (name) => {
      if (name === 'withdrawPauses') throw new HeroError('LEASE_LOST', 'gone');
    };
    play.say(ROOT, { event: 'withdraw', id: 'w1', resume_ids: ['q1'] });
    expect(await play.killed()).toBe('KILL');
    play.end({ signal: 9 });
    expect(await interpreters.released()).toBe('i1');
    expect(world.scheduler.reports).toEqual([]);
  });

  it('replays what was recorded, from files', async () => {
    const first = await begin();
    first.say(
      ROOT,
      { event: 'step_output', step_key: 'k1', span_id: 's1', name: 'lo\tad', output: '[1,\n2]' },
      { event: 'step_output', step_key: 'k2', span_id: 's2', name: 'inner', output: '"x"', within: 'k1' },
      { ...PAUSE, timeout_ms: 5.5, schema: '{}' },
    );
    await first.acked();
    first.end({ code: 75 });
    expect((await world.scheduler.reported('p1')).outcome).toBe(RunOutcome.AWAITING_RESUME);
    expect(world.scheduler.pauses[0]).toMatchObject({
      resumeId: 'q1',
      kind: WaitKind.ANSWER,
      timeoutMs: 6n,
      schema: '{}',
    });
    expect(await statuses('p1')).toEqual([SpanStatus.AWAITING_RESUME]);

    const large = JSON.stringify('x'.repeat(200_000));
    world.scheduler.enqueue('p1', { inputData: large }, [
      { id: 'q1', name: 'who', payload: '"a\\n"' },
      { id: 'q2', name: 'late', expired: true },
    ]);
    const second = await interpreters.started();
    const { env } = second.job;
    const file = (name: string) => readFileSync(join(second.dir, env[name] ?? ''), 'utf8');
    expect(file('HERO_REPLAY_STEP_OUTPUTS_FILE')).toBe('k1\ts1\tlo ad\t[1, 2]\nk2\ts2\tinner\t"x"\tk1\n');
    expect(
      file('HERO_REPLAY_RESUMES_FILE')
        .trim()
        .split('\n')
        .map((l) => JSON.parse(l)),
    ).toEqual([
      { id: 'q1', name: 'who', payload: '"a\\n"' },
      { id: 'q2', name: 'late', expired: true },
    ]);
    expect(env.HERO_FLOW_INPUT).toBe('@input.json');
    expect(readFileSync(join(second.dir, 'input.json'), 'utf8')).toBe(large);
    await succeed(second);
    expect((await world.scheduler.reported('p1')).outcome).toBe(RunOutcome.SUCCESS);
    const { spans } = await world.spans.listSpans({ playSid: 'p1' });
    expect(spans).toMatchObject([{ spanId: 'r', runs: 2, status: SpanStatus.OK }]);
  });

  it('finds the output of an entry that was recorded before a crash', async () => {
    const first = await begin();
    first.say(ROOT, OUTPUT);
    await first.acked();
    first.end({ signal: 9, cpuMs: 0, maxRssKb: 0 });
    expect((await world.scheduler.reported('p1')).outcome).toBe(RunOutcome.RELEASED);
    expect(await statuses('p1')).toEqual([SpanStatus.PENDING]);
    const second = await begin();
    second.say({ ...ROOT, replayed: true });
    await second.acked();
    second.end({ code: 0 });
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.SUCCESS,
      outputData: '{"n":1.0}',
    });
    expect(await statuses('p1')).toEqual([SpanStatus.REPLAYED]);
  });

  it('hands on the answer of a pause that is there already, and a refusal', async () => {
    const play = await begin();
    world.scheduler.onPause = ({ resumeId }) =>
      resumeId === 'q1' ? { answer: { id: 'q1', name: 'who', payload: '"Ada"' } } : { refused: 'no answer for nobody' };
    play.say(ROOT, PAUSE);
    await play.acked();
    play.say({ ...PAUSE, resume_id: 'q2' });
    await play.acked();
    // The root may be acknowledged on its own, before the answer is there.
    expect(play.told.filter((line) => !('ack' in line && line.ack === 1))).toEqual([
      { resume: { id: 'q1', payload: '"Ada"' } },
      { ack: 2 },
      { resume: { id: 'q2', error: 'no answer for nobody' } },
      { ack: 3 },
    ]);
    play.end({ code: 75 });
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.FAILED,
      error: { type: 'NoPause' },
    });
  });

  it('starts a child for a pause that asks for one, and shows it on the span that asked', async () => {
    const CHILD = { ...PAUSE, kind: 'child', name: 'sub', span_id: 's', workflow: 'sub', input: ' {"n": 1.0} ' };
    world.scheduler.onPause = ({ resumeId, spawn }) => {
      const answer = { id: resumeId, name: 'sub', payload: '{"status":"success"}' };
      return { childPlaySid: `child of ${resumeId}`, ...(spawn?.group === '' ? { answer } : {}) };
    };
    const play = await begin();
    play.say(ROOT, { ...ROOT, span_id: 's', parent_id: 'r', name: 'sub', kind: 'subflow' });
    play.say(
      { ...CHILD, version_sid: 'v7' },
      { ...CHILD, resume_id: 'q2', span_id: 'none', group: 'g', group_limit: 3 },
    );
    play.say({ ...CHILD, resume_id: 'q3', workflow: undefined });
    await play.acked();
    const [alone, grouped] = world.scheduler.pauses;
    expect(world.scheduler.pauses).toHaveLength(2);
    expect(alone).toMatchObject({ resumeId: 'q1', kind: WaitKind.CHILD, spanId: 's', name: 'sub' });
    expect(alone?.spawn).toMatchObject({
      ...{ workflowName: 'sub', versionSid: 'v7', inputData: ' {"n": 1.0} ', group: '', groupLimit: 0 },
    });
    expect(grouped?.spawn).toMatchObject({ versionSid: '', group: 'g', groupLimit: 3 });
    expect(play.told).toContainEqual({ resume: { id: 'q1', payload: '{"status":"success"}' } });
    expect(play.told).toContainEqual({ resume: { id: 'q3', error: 'workflow is required' } });
    play.end({ code: 75 });
    expect(await world.scheduler.reported('p1')).toMatchObject({ outcome: RunOutcome.AWAITING_RESUME });
    const { spans } = await world.spans.listSpans({ playSid: 'p1' });
    expect(spans.map((span) => [span.spanId, span.childPlaySid]).sort()).toEqual([
      ['r', ''],
      ['s', 'child of q1'],
    ]);
    world.scheduler.enqueue('p1');
    const again = await interpreters.started();
    again.say(ROOT, { ...ROOT, span_id: 's', parent_id: 'r', name: 'sub', kind: 'subflow' });
    await succeed(again);
    await world.scheduler.reported('p1');
    const kept = (await world.spans.listSpans({ playSid: 'p1' })).spans.find((span) => span.spanId === 's');
    expect(kept?.childPlaySid, 'a later run need not hear of it').toBe('child of q1');
  });

  it('adds what was printed past the SDK to the log of the root', async () => {
    const play = await begin();
    play.say(ROOT);
    play.end({ code: 3, output: 'one\ntwo\n' });
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.FAILED,
      error: { message: expect.stringMatching(/^the process left with exit code 3\. .*\. Its last words: one\ntwo$/) },
    });
    const { logs } = await world.spans.listLogs({ playSid: 'p1', spanId: 'r' });
    expect(logs.map((l) => l.text)).toEqual(['one', 'two']);
    expect(await statuses('p1')).toEqual([SpanStatus.FAILED]);
  });

  it('of a version that is gone fails, and goes back while the registry is away', async () => {
    world.scheduler.enqueue('p1', { workflowVersionSid: 'gone' });
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.FAILED,
      error: { type: 'VersionNotFound' },
    });
    world.scheduler.onCall = (name) => {
      if (name === 'resolveVersion') throw new HeroError('UNAVAILABLE', 'away');
    };
    world.scheduler.enqueue('p2');
    const reported = world.scheduler.reported('p2');
    for (let i = 0; i < 20; i++) await clock.advance(1000);
    expect((await reported).outcome).toBe(RunOutcome.RELEASED);
  });

  it('goes back when no process can be had, with growing waits', async () => {
    interpreters.break(new Error('no interpreter became ready'));
    for (let i = 0; i < 3; i++) {
      world.scheduler.enqueue(`p${i}`);
      const reported = world.scheduler.reported(`p${i}`);
      await clock.advance(10_000);
      expect((await reported).outcome).toBe(RunOutcome.RELEASED);
    }
    interpreters.break(undefined);
    await clock.advance(10_000);
    await succeed(await begin('p9'));
    expect((await world.scheduler.reported('p9')).outcome).toBe(RunOutcome.SUCCESS);
  });

  it('whose report is refused is failed with the reason', async () => {
    const play = await begin();
    let refusals = 1;
    world.scheduler.onCall = (name) => {
      if (name === 'reportPlay' && refusals-- > 0) throw new HeroError('INVALID_ARGUMENT', 'output_data: too odd');
    };
    await succeed(play);
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.FAILED,
      error: { type: 'ReportRefused' },
    });
  });

  it('reports again while the scheduler is away', async () => {
    const play = await begin();
    let failures = 3;
    world.scheduler.onCall = (name) => {
      if (name === 'reportPlay' && failures-- > 0) throw new HeroError('UNAVAILABLE', 'away');
    };
    await succeed(play);
    const reported = world.scheduler.reported('p1');
    for (let i = 0; i < 10; i++) await clock.advance(500);
    expect((await reported).outcome).toBe(RunOutcome.SUCCESS);
  });
});

describe('stopping', () => {
  it('on cancel: TERM, the grace, KILL, and the report', async () => {
    const play = await begin();
    play.say(ROOT);
    await play.acked();
    world.scheduler.leases.set('p1', LeaseState.CANCEL);
    world.signals.publish(topics.cancel);
    expect(await play.killed()).toBe('TERM');
    await clock.advance(4999);
    expect(play.kills).toEqual(['TERM']);
    await clock.advance(1);
    expect(play.kills).toEqual(['TERM', 'KILL']);
    expect((await world.scheduler.reported('p1')).outcome).toBe(RunOutcome.CANCELLED);
    expect(await statuses('p1')).toEqual([SpanStatus.CANCELLED]);
  });

  it('on terminate: KILL at once, also during the grace of a cancel', async () => {
    const play = await begin();
    play.say(ROOT);
    await play.acked();
    world.scheduler.leases.set('p1', LeaseState.CANCEL);
    world.signals.publish(topics.cancel);
    expect(await play.killed()).toBe('TERM');
    world.scheduler.leases.set('p1', LeaseState.TERMINATE);
    world.signals.publish(topics.cancel);
    expect((await world.scheduler.reported('p1')).outcome).toBe(RunOutcome.CANCELLED);
    expect(play.kills).toEqual(['TERM', 'KILL']);
    const other = await begin('p2');
    world.scheduler.leases.set('p2', LeaseState.TERMINATE);
    world.signals.publish(topics.cancel);
    expect((await world.scheduler.reported('p2')).outcome).toBe(RunOutcome.CANCELLED);
    expect(other.kills).toEqual(['KILL']);
  });

  it('on hold: at the end of the step under way, which is kept and not acknowledged', async () => {
    const play = await begin();
    play.say(ROOT, step('s1'));
    await play.acked();
    await holdPlay('p1');
    play.say({ event: 'span_log', span_id: 's1', stream: 'log', text: 'still here', at_ms: 2 });
    await play.acked();
    expect(play.kills).toEqual([]);
    play.say(stepOutput('s1'), stepEnd('s1'));
    expect(await play.killed()).toBe('KILL');
    expect(await world.scheduler.reported('p1')).toMatchObject({ outcome: RunOutcome.RELEASED, spanCount: 2n });
    expect(play.told.at(-1)).toEqual({ ack: 3 });
    expect(await statuses('p1')).toEqual([SpanStatus.PENDING, SpanStatus.OK]);
    world.scheduler.leases.delete('p1');
    const next = await begin();
    expect(readFileSync(join(next.dir, next.job.env.HERO_REPLAY_STEP_OUTPUTS_FILE ?? ''), 'utf8')).toBe(
      'k-s1\ts1\twork\t1\n',
    );
    await succeed(next);
    expect((await world.scheduler.reported('p1')).outcome).toBe(RunOutcome.SUCCESS);
  });

  it('on hold with steps side by side: when all under way have ended; not for ever', async () => {
    const play = await begin();
    play.say(ROOT, step('s1'), step('s2'), step('s3'));
    await play.acked();
    await holdPlay('p1');
    const durable = new Promise<void>((resolve) => world.signals.subscribe(topics.spans('p1'), resolve));
    play.say(stepOutput('s1'), stepEnd('s1'), step('s4'));
    await durable;
    await clock.advance(4999);
    expect(play.told.at(-1)).toEqual({ ack: 4 });
    await clock.advance(1);
    await play.acked();
    play.say(stepOutput('s2'), stepEnd('s2'), stepOutput('s3'), stepEnd('s3'));
    await play.acked();
    expect(play.kills).toEqual([]);
    play.say(stepOutput('s4'), stepEnd('s4'));
    expect(await play.killed()).toBe('KILL');
    expect((await world.scheduler.reported('p1')).outcome).toBe(RunOutcome.RELEASED);
  });

  it('on hold leaves a step that had not begun as if it had not started', async () => {
    const play = await begin();
    play.say(ROOT, step('s1'), step('s2'));
    await play.acked();
    await holdPlay('p1');
    const durable = new Promise<void>((resolve) => world.signals.subscribe(topics.spans('p1'), resolve));
    play.say(stepOutput('s1'), stepEnd('s1'), step('s3'));
    await durable;
    play.say(stepOutput('s2'), stepEnd('s2'));
    await world.scheduler.reported('p1');
    world.scheduler.leases.delete('p1');
    const next = await begin();
    next.say(ROOT, { ...step('s3'), at_ms: 1000 });
    await next.acked();
    const { spans } = await world.spans.listSpans({ playSid: 'p1' });
    const third = spans.find((s) => s.spanId === 's3');
    expect(third).toMatchObject({ runs: 1, startMs: { seconds: 1n } });
    await succeed(next);
    await world.scheduler.reported('p1');
  });

  it('not when the hold is taken back, nor when the play ends or asks first', async () => {
    const play = await begin();
    play.say(ROOT, step('s1'), step('s2'));
    await play.acked();
    await holdPlay('p1');
    play.say(stepOutput('s1'), stepEnd('s1'));
    world.scheduler.leases.delete('p1');
    world.signals.publish(topics.cancel);
    await play.acked();
    await holdPlay('p1');
    await succeed(play);
    expect((await world.scheduler.reported('p1')).outcome).toBe(RunOutcome.SUCCESS);
    const asking = await begin('p2');
    asking.say(ROOT);
    await asking.acked();
    await holdPlay('p2');
    asking.say(PAUSE);
    await asking.acked();
    asking.end({ code: 75 });
    expect((await world.scheduler.reported('p2')).outcome).toBe(RunOutcome.AWAITING_RESUME);
  });

  it('at the wall time, counted over all runs', async () => {
    const play = await begin('p1', { durationMs: 59_000n });
    play.say(ROOT);
    await play.acked();
    await clock.advance(999);
    expect(play.kills).toEqual([]);
    await clock.advance(1);
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.TIMED_OUT,
      durationMs: 1000n,
      error: { message: expect.stringContaining('wall_ms is 60000') },
    });
    world.scheduler.enqueue('p2', { durationMs: 60_000n });
    expect((await world.scheduler.reported('p2')).outcome).toBe(RunOutcome.TIMED_OUT);
  });

  it('when the lease is lost: at once, without a report or another write', async () => {
    const play = await begin();
    play.say(ROOT);
    await play.acked();
    world.scheduler.leases.set('p1', LeaseState.LOST);
    await clock.advance(4000);
    expect(play.kills.at(-1)).toBe('KILL');
    play.say(OUTPUT, END);
    await succeed(await begin('p2'));
    await world.scheduler.reported('p2');
    expect(world.scheduler.reports.map((r) => r.lease?.playSid)).toEqual(['p2']);
    expect(await statuses('p1')).toEqual([SpanStatus.RUNNING]);
  });

  it('when a pause finds the lease lost', async () => {
    const play = await begin();
    world.scheduler.onPause = () => {
      throw new HeroError('LEASE_LOST', 'somebody else runs it');
    };
    play.say(ROOT, PAUSE);
    expect(await play.killed()).toBe('KILL');
  });

  it('before a lease that cannot be renewed is over', async () => {
    const play = await begin();
    play.say(ROOT);
    await play.acked();
    world.scheduler.onCall = (name) => {
      if (name === 'renewLeases') throw new HeroError('UNAVAILABLE', 'away');
    };
    const until = async (ms: number) => {
      for (let at = 0; at < ms; at += 100) await clock.advance(100);
    };
    await until(6500);
    expect(play.kills).toEqual([]);
    await until(3000);
    expect(play.kills.at(-1)).toBe('KILL');
    expect(world.scheduler.reports).toEqual([]);
  });

  it('when the play comes back: the old run is killed before the new one begins', async () => {
    const old = await begin();
    old.say(ROOT);
    await old.acked();
    const next = await begin();
    expect(old.kills.at(-1)).toBe('KILL');
    await succeed(next);
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.SUCCESS,
      lease: { leaseToken: 'token-p1-2' },
    });
    expect(world.scheduler.reports).toHaveLength(1);
  });
});

describe('draining', () => {
  it('lets plays end within the grace, keeps their leases, and puts the rest back', async () => {
    const quick = await begin('quick');
    const slow = await begin('slow');
    slow.say(ROOT);
    await slow.acked();
    let renewals = 0;
    world.scheduler.onCall = (name) => {
      if (name === 'renewLeases') renewals += 1;
    };
    const closed = world.close();
    await succeed(quick);
    expect((await world.scheduler.reported('quick')).outcome).toBe(RunOutcome.SUCCESS);
    world.scheduler.enqueue('never');
    await clock.advance(9999);
    expect(slow.kills).toEqual([]);
    expect(renewals).toBeGreaterThan(2);
    await clock.advance(1);
    expect((await world.scheduler.reported('slow')).outcome).toBe(RunOutcome.RELEASED);
    await clock.advance(1);
    await closed;
    expect(await statuses('slow')).toEqual([SpanStatus.PENDING]);
    expect(world.scheduler.reports.map((r) => r.lease?.playSid)).toEqual(['quick', 'slow']);
  });

  it('counts slots by what plays cost, and waits while one runs that costs more than there is', async () => {
    world.scheduler.addVersion('v2', 'SOURCE', { limits: { slotCost: 2 } });
    world.scheduler.addVersion('v9', 'SOURCE', { limits: { slotCost: 9 } });
    for (const version of ['v2', 'v9']) {
      await succeed(await begin(version, { workflowVersionSid: version }));
      await world.scheduler.reported(version);
    }
    const plays = [await begin('a'), await begin('b')];
    expect(world.scheduler.acquires.map((a) => a.freeSlots)).toEqual([2, 2, 2, 1]);
    for (const play of plays) await succeed(play);
    await world.scheduler.reported('a');
    await world.scheduler.reported('b');
  });

  it('never asks for more plays than there are free slots', async () => {
    const plays = [await begin('a'), await begin('b')];
    world.scheduler.enqueue('c');
    expect(world.scheduler.acquires.map((a) => a.freeSlots)).toEqual([2, 1]);
    await succeed(plays[0] as ScriptedPlay);
    await succeed(await interpreters.started());
    expect((await world.scheduler.reported('c')).outcome).toBe(RunOutcome.SUCCESS);
    await succeed(plays[1] as ScriptedPlay);
    await world.scheduler.reported('b');
  });
});
