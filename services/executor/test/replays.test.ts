// Contract of ReplayService: a copy is whole and can be repeated, also after a crash in the middle; the original is only read. A dry
// replay stages the record under the version that made it, writes nothing, is ended after a minute, and two run at a time.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import {
  createGroupCommit,
  createLocalTransport,
  type HeroError,
  openDatabase,
  silentLog,
  timeFromPb,
  toHeroError,
} from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import { ReplayService } from '@hero-logic/proto/herologic/executor/v1/replay_service_pb';
import { RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlayBatch, Stores } from '../src/domain/ports.ts';
import { copyRecord } from '../src/replay/copy-record.ts';
import { createSqliteStores } from '../src/storage/stores.sqlite.ts';
import { createScriptedInterpreters, type ScriptedInterpreters } from './scripted-interpreters.ts';
import { createWorld } from './world.ts';

const at = 1000;
const start = (id: string, parent = 'root') => ({
  ...{
    event: 'span_start',
    span_id: id,
    parent_id: id === 'root' ? '' : parent,
    name: id,
    at_ms: at + Number(id.slice(1) || 0),
  },
  ...{ kind: id === 'root' ? 'flow_root' : 'step', input: `{"of":"${id}"}` },
});
const end = (id: string) => ({ event: 'span_end', span_id: id, status: 'ok', at_ms: at + 500, output: `"out ${id}"` });
const output = (id: string, within = 'kroot', text = `"${id}"`) => ({
  ...{ event: 'step_output', step_key: `k${id}`, span_id: id, name: id, output: text, within },
});
const log = (id: string) => ({ event: 'span_log', span_id: id, stream: 'log', text: `ran ${id}`, at_ms: at });
const step = (id: string, text?: string) => [start(id), log(id), output(id, 'kroot', text), end(id)];

let interpreters: ScriptedInterpreters;
let world: Awaited<ReturnType<typeof createWorld>>;
let clock: ReturnType<typeof createFakeClock>;

beforeEach(async () => {
  interpreters = createScriptedInterpreters();
  clock = createFakeClock();
  world = await createWorld({ interpreters, clock });
  world.scheduler.addVersion('v1', 'flow = 1');
});
afterEach(() => world.dispose());

const replays = () => createClient(ReplayService, createLocalTransport({ routes: [world.routes], log: silentLog }));
const failed = (call: Promise<unknown>): Promise<HeroError> =>
  call.then(() => Promise.reject(new Error('it did not fail')), toHeroError);
const dump = (sid: string) => {
  // Opening the stores moves what is still in the journal.
  createSqliteStores({ db: world.db, commit: world.commit });
  const rows = { spans: 'ord', span_logs: 'seq', step_outputs: 'position' };
  return JSON.stringify(
    Object.entries(rows).map(([t, by]) => world.db.all(`SELECT * FROM ${t} WHERE play_sid = ? ORDER BY ${by}`, sid)),
  );
};

/** A play that ran s1, s2 (with s3 inside), and is in s4. */
async function record(): Promise<void> {
  world.scheduler.enqueue('p');
  const play = await interpreters.started();
  play.say(start('root'), log('root'), ...step('s1', '{"n":1.0}'), start('s2'));
  play.say(
    start('s3', 's2'),
    log('s3'),
    output('s3', 'ks2'),
    end('s3'),
    output('s2'),
    end('s2'),
    start('s4'),
    log('s4'),
  );
  await play.acked();
  play.end({ signal: 9 });
  expect((await world.scheduler.reported('p')).outcome).not.toBe(RunOutcome.SUCCESS);
}

describe('a copy', () => {
  it('has what was recorded before, with inputs, outputs and logs; the same again changes nothing', async () => {
    await record();
    const before = dump('p');
    const request = {
      fromPlaySid: 'p',
      toPlaySid: 'f',
      fromSpanId: 's4',
      versionSid: 'v1',
      askingSpanIds: ['s2', 's4', 'x'],
    };
    const checked = await replays().copyRecord({ ...request, checkOnly: true });
    expect(await world.spans.getSkeleton({ playSid: 'f' })).toMatchObject({ spanCount: 0n });
    const copied = await replays().copyRecord({ ...request, setOutputs: { s2: '[1.0]' }, edited: true });
    expect(copied).toMatchObject({ steps: 3n, spans: 4n, askedBefore: ['s2'] });
    expect(timeFromPb(copied.beganAt)).toBe(at + 4);
    expect(checked).toEqual(copied);
    const { spans } = await world.spans.listSpans({ playSid: 'f' });
    expect(spans.map((s) => [s.spanId, s.input, s.output, s.logs.map((l) => l.text)])).toEqual([
      ['root', '', '', []],
      ['s1', '{"of":"s1"}', '"out s1"', ['ran s1']],
      ['s2', '{"of":"s2"}', '[1.0]', []],
      ['s3', '{"of":"s3"}', '"out s3"', ['ran s3']],
    ]);
    const steps = world.db.all(
      'SELECT step_key, output, optional, spans_before FROM step_outputs WHERE play_sid = ? ORDER BY position',
      'f',
    );
    expect(steps).toMatchObject([
      { step_key: 'ks1', output: '{"n":1.0}', optional: 1, spans_before: 2 },
      { step_key: 'ks3', output: '"s3"' },
      { step_key: 'ks2', output: '[1.0]' },
    ]);
    const first = dump('f');
    await replays().copyRecord({ ...request, setOutputs: { s2: '[1.0]' }, edited: true });
    expect(dump('f')).toBe(first);
    expect(dump('p')).toBe(before);
  });

  it('is staged for the first run of the fork, and met there', async () => {
    await record();
    await replays().copyRecord({ fromPlaySid: 'p', toPlaySid: 'f', fromSpanId: 's4', versionSid: 'v1', edited: true });
    world.scheduler.enqueue('f');
    const play = await interpreters.started();
    const staged = readFileSync(join(play.dir, play.job.env.HERO_REPLAY_STEP_OUTPUTS_FILE ?? ''), 'utf8');
    expect(staged.split('\n')[0]).toBe('ks1\ts1\ts1\t{"n":1.0}\tkroot\toptional');
    play.say(start('root'), { ...start('s1'), replayed: true }, start('s4'));
    await play.acked();
    play.end({ code: 75 });
    await world.scheduler.reported('f');
    const { spans } = await world.spans.getSkeleton({ playSid: 'f' });
    expect(spans.map((s) => [s.spanId, s.runs, s.replays])).toEqual([
      ['root', 1, 0],
      ['s1', 1, 1],
      ['s2', 1, 0],
      ['s3', 1, 0],
      ['s4', 1, 0],
    ]);
  });

  it('that broke in the middle is made whole by the next try', async () => {
    await record();
    const db = openDatabase(':memory:');
    const target = createSqliteStores({ db, commit: createGroupCommit(db) });
    const source = createSqliteStores({ db: world.db, commit: world.commit });
    let left = 0;
    const stores: Stores = {
      ...source,
      spans: {
        ...source.spans,
        listInOrder: (sid, ...rest) => (sid === 'f' ? target : source).spans.listInOrder(sid, ...rest),
      },
      writeBatch: async (build: () => PlayBatch) => {
        if (left-- === 0) throw new Error('the disk is full');
        await target.writeBatch(build);
      },
    };
    const request = { fromPlaySid: 'p', toPlaySid: 'f', fromSpanId: 's4', versionSid: 'v1', setOutputs: {} };
    const copy = () => copyRecord(stores, { ...request, edited: false, askingSpanIds: [], checkOnly: false });
    let tries = 0;
    for (let done = false; !done; tries++) {
      left = tries;
      done = await copy().then(
        () => true,
        () => false,
      );
      if (!done) expect((await target.spans.listInOrder('f', 0, 1))[0]?.order).not.toBe(0);
    }
    expect(tries).toBeGreaterThan(3);
    expect(await target.spans.summary('f')).toMatchObject({ count: 4 });
    expect((await target.steps.page('f', 0, 10)).steps.map((s) => s.stepKey)).toEqual(['ks1', 'ks3', 'ks2']);
    db.close();
  });

  it('names what it cannot do', async () => {
    await record();
    const base = { fromPlaySid: 'p', toPlaySid: 'f', versionSid: 'v1' };
    expect(await failed(replays().copyRecord({ ...base, fromSpanId: 'nope' }))).toMatchObject({
      reason: 'SPAN_NOT_FOUND',
    });
    const refused = await failed(
      replays().copyRecord({ ...base, fromSpanId: 's4', setOutputs: { s1: '{', s3: '1', s4: '1' } }),
    );
    expect(refused).toMatchObject({ reason: 'INVALID_ARGUMENT' });
    expect(refused.violations.map((v) => v.field)).toEqual(['set_outputs[s1]', 'set_outputs[s3]', 'set_outputs[s4]']);
    expect(dump('f')).toBe('[[],[],[]]');
  });
});

describe('a dry replay', () => {
  const request = {
    playSid: 'p',
    recordedVersionSid: 'v1',
    versionSid: 'v2',
    workflowName: 'main',
    inputData: '{"a":1}',
  };
  const report = {
    event: 'dry_replay',
    matched: 2,
    recorded: 3,
    expected: 's2',
    met: 'x',
    source_file: 'flow.py',
    source_line: 7,
    message: 'they part',
    reached: 'the new step "x"',
  };
  beforeEach(() => world.scheduler.addVersion('v2', 'flow = 2'));

  it('runs the version on the record of the other, answers look-ups, and writes nothing', async () => {
    await record();
    const before = dump('p');
    const answers = [{ id: 'q', name: 'go', payload: '1', expired: false }];
    const replaying = replays().dryReplay({ ...request, answers });
    const play = await interpreters.started();
    expect(play.policy.network).toBe('none');
    const file = (name: string) => readFileSync(join(play.dir, name), 'utf8');
    const { env, source } = play.job;
    expect(source).toBe('flow = 2');
    expect(env).toMatchObject({ HERO_FLOW_VERSION_SID: 'v1', HERO_FLOW_INPUT: '{"a":1}' });
    expect(
      file(env.HERO_REPLAY_STEP_OUTPUTS_FILE ?? '')
        .split('\n')
        .map((l) => l.split('\t')[0]),
    ).toEqual(['ks1', 'ks3', 'ks2', '']);
    expect(file(env.HERO_REPLAY_RESUMES_FILE ?? '')).toContain('"payload":"1"');
    expect(
      file(env.HERO_REPLAY_DRY ?? '')
        .trim()
        .split('\n')
        .map((l) => JSON.parse(l)),
    ).toEqual([
      expect.objectContaining({ span_id: 'root', inner: 2 }),
      { span_id: 's1', order: 1, inner: 0 },
      { span_id: 's2', order: 2, inner: 0 },
      { span_id: 's4', order: 4, inner: 0 },
    ]);
    play.say(start('root'), output('s9'), {
      event: 'pause',
      resume_id: 'r',
      name: 'r',
      span_id: 'root',
      kind: 'answer',
      has_default: false,
    });
    play.say({ event: 'lookup', id: 'l1', name: 'nobody' }, { event: 'other', id: 'l2' }, report, {
      ...report,
      matched: 9,
    });
    await play.acked();
    play.end({ code: 75 });
    expect(await replaying).toMatchObject({
      ...{ stepsMatched: 2n, stepsRecorded: 3n, expected: 's2', met: 'x', sourceLine: 7, divergence: 'they part' },
      reached: 'the new step "x"',
    });
    expect(play.told.find((line) => 'id' in line && line.id === 'l2')).toMatchObject({
      error: { reason: 'METHOD_NOT_FOUND' },
    });
    expect(dump('p')).toBe(before);
    expect(world.scheduler.pauses).toEqual([]);
  });

  it('is ended after a minute, and says so; two run at a time', async () => {
    const runs = [1, 2, 3].map(() => replays().dryReplay(request));
    const [first, second] = [await interpreters.started(), await interpreters.started()];
    await clock.advance(59_000);
    expect(first.kills).toEqual([]);
    await clock.advance(1000);
    expect(first.kills).toEqual(['KILL']);
    expect(second.kills).toEqual(['KILL']);
    const third = await interpreters.started();
    third.say(report);
    third.end({ code: 0 });
    const [late, , told] = await Promise.all(runs);
    expect(late).toMatchObject({ reached: 'its limit of 60 s', stepsMatched: 0n });
    expect(late?.divergence).toContain('its limit of 60 s');
    expect(told).toMatchObject({ divergence: 'they part' });
  });

  it('ends with its caller, and without a version or an interpreter there is none', async () => {
    const gone = new AbortController();
    const replaying = failed(replays().dryReplay(request, { signal: gone.signal }));
    const play = await interpreters.started();
    gone.abort();
    expect((await replaying).reason).toBe('CANCELLED');
    expect(await play.killed()).toBe('KILL');
    expect((await failed(replays().dryReplay({ ...request, versionSid: 'v9' }))).reason).toBe('VERSION_NOT_FOUND');
    interpreters.break(new Error('no fork'));
    expect((await failed(replays().dryReplay(request))).reason).toBe('UNAVAILABLE');
    interpreters.break(undefined);
  });
});
