// Contract: with isolation "version" plays of one version have one process after the other, with the real SDK: module state of one is
// there for none, modules stay; a pause, a failure, a cancel, the wall clock and a crash end as they do with a process for each play,
// and after each the next play works. Without it, and for another version, every play has a process of its own; where the operator says so,
// those that ask for it too.

import { fileURLToPath } from 'node:url';
import { silentLog } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { LeaseState, RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInterpreters } from '../src/create-interpreters.ts';
import type { Interpreters } from '../src/interpreters/interpreter.ts';
import { findPython } from '../src/interpreters/python.ts';
import { createWorld } from './world.ts';

const SDK = fileURLToPath(new URL('../../../python', import.meta.url));
const python = await findPython().catch(() => undefined);
const limits = (more: { wallMs?: bigint }) => ({ limits: { isolation: 'version', ...more } });

const FLOW = `
import json, os, sys
from hero_tracing import flow, ask_user
count = 0

@flow
def load(n: int) -> int:
    return n * 2

@flow
def main(do: str) -> dict:
    global count
    count += 1
    os.plays = getattr(os, "plays", 0) + 1
    seen = {"pid": os.getpid(), "count": count, "plays": os.plays, "load": load(21), "files": os.listdir(".")}
    open("left", "w").close()
    if do == "ask":
        seen["who"] = ask_user.text("Who?", name="who")
    if do == "fail":
        raise ValueError("as asked")
    if do == "crash":
        os.kill(os.getpid(), 11)
    while do == "hang":
        pass
    print("did", do)
    return seen
`;

describe.skipIf(python === undefined || process.platform !== 'linux')('isolation by version', () => {
  const folder = createTempDir();
  let world: Awaited<ReturnType<typeof createWorld>>;
  let interpreters: Interpreters;
  let plays = 0;

  beforeAll(async () => {
    interpreters = await createInterpreters({ sdkPath: SDK, dir: folder.path, slots: 2, log: silentLog });
    world = await createWorld({ interpreters, config: { slots: 2, killGraceMs: 0 } });
  });
  afterAll(async () => {
    await world.dispose();
    folder.remove();
  });

  function start(version: string, action = ''): string {
    const sid = `${version}-${++plays}`;
    world.scheduler.enqueue(sid, { workflowVersionSid: version, inputData: JSON.stringify({ do: action }) });
    return sid;
  }

  /** Once its process is free again, or gone. */
  async function end(sid: string) {
    const report = await world.scheduler.reported(sid);
    await expect.poll(() => interpreters.stats().running).toBe(0);
    return report;
  }

  async function play(version: string) {
    const report = await end(start(version));
    expect(report).toMatchObject({ outcome: RunOutcome.SUCCESS, warnings: [], spanCount: 2n });
    return JSON.parse(report.outputData) as Record<'pid' | 'count' | 'plays' | 'load', number> & { files: string[] };
  }

  it('shares the process of its version, and no other', async () => {
    world.scheduler.addVersion('own', FLOW);
    world.scheduler.addVersion('shared', FLOW, limits({}));
    world.scheduler.addVersion('other', `${FLOW}\n#`, limits({}));
    const first = await play('shared');
    const later = await play('shared');
    expect(later).toMatchObject({ pid: first.pid, plays: first.plays + 1, count: 1, load: 42 });
    expect(later.files.filter((name) => name !== '.output')).toEqual(['flow.py']);
    expect((await play('other')).plays).toBe(1);
    expect([(await play('own')).plays, (await play('own')).plays]).toEqual([1, 1]);
  });

  it('waits for an answer, and gives it', async () => {
    const sid = start('shared', 'ask');
    expect(await end(sid)).toMatchObject({ outcome: RunOutcome.AWAITING_RESUME });
    const { resumeId } = world.scheduler.pauses.at(-1) ?? { resumeId: '' };
    await play('shared');
    const answers = [{ id: resumeId, name: 'who', payload: '"Ada"' }];
    world.scheduler.enqueue(sid, { workflowVersionSid: 'shared', inputData: '{"do": "ask"}' }, answers);
    const { outcome, outputData } = await end(sid);
    expect([outcome, JSON.parse(outputData).who]).toEqual([RunOutcome.SUCCESS, 'Ada']);
  });

  it('ends as its plays do, and goes on with the next', async () => {
    const ends: [string, object][] = [
      ['fail', { outcome: RunOutcome.FAILED, error: { type: 'ValueError' } }],
      ['crash', { outcome: RunOutcome.FAILED, error: { type: 'Killed' } }],
    ];
    for (const [action, expected] of ends) {
      expect(await end(start('shared', action))).toMatchObject(expected);
      expect(await play('shared')).toMatchObject({ plays: 1, count: 1 });
    }
  });

  it('is cancelled, and ended by the wall clock', async () => {
    world.scheduler.addVersion('short', FLOW, limits({ wallMs: 400n }));
    await play('short');
    expect(await end(start('short', 'hang'))).toMatchObject({ outcome: RunOutcome.TIMED_OUT });
    await play('short');
    const sid = start('shared', 'hang');
    await expect.poll(async () => (await world.spans.getSkeleton({ playSid: sid })).spans.length).toBe(2);
    world.scheduler.leases.set(sid, LeaseState.CANCEL);
    world.signals.publish('plays.cancel');
    expect(await end(sid)).toMatchObject({ outcome: RunOutcome.CANCELLED });
    await play('shared');
  });

  it('is not given where the operator does not permit it', async () => {
    const pool = await createInterpreters({ sdkPath: SDK, dir: folder.path, slots: 2, log: silentLog });
    const strict = await createWorld({ interpreters: pool, config: { slots: 2, isolationLeast: 'play' } });
    try {
      strict.scheduler.addVersion('shared', FLOW, limits({}));
      for (const sid of ['one', 'two']) {
        strict.scheduler.enqueue(sid, { workflowVersionSid: 'shared', inputData: '{"do": ""}' });
        const { outputData } = await strict.scheduler.reported(sid);
        await expect.poll(() => pool.stats().running).toBe(0);
        expect(JSON.parse(outputData)).toMatchObject({ plays: 1, load: 42 });
      }
    } finally {
      await strict.dispose();
    }
  });
});
