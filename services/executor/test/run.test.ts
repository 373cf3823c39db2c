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

async function statuses(playSid: string): Promise<SpanStatus[]> {
  return (await world.spans.getSkeleton({ playSid })).spans.map((s) => s.status);
}

describe('a run', () => {
  it('gets its files, environment and limits, and reports what the entry returned', async () => {
    const play = await begin('p1', { inputData: '{"a":1.0}', parentSpanId: 'parent', startedAt: { seconds: 5n } });
    expect(play.policy).toEqual({ network: 'none', cpuS: 600, memoryMb: 100 });
    expect(play.job).toEqual({
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
    expect(readFileSync(join(play.dir, 'flow.py'), 'utf8')).toBe('SOURCE');
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

  it('adds what was printed past the SDK to the log of the root', async () => {
    const play = await begin();
    play.say(ROOT);
    play.end({ code: 3, output: 'one\ntwo\n' });
    expect(await world.scheduler.reported('p1')).toMatchObject({
      outcome: RunOutcome.FAILED,
      error: { message: 'the process left with exit code 3: one\ntwo' },
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
