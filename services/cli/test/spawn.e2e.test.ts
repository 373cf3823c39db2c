// Contract: a flow fans out into plays of their own on two slots without holding one while it waits; a child that asks is answered like
// any play; its failure and its cancel reach the parent, the parent's cancel reaches it; and kill -9 in the middle loses none of that.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli, type LocalRun, startLocalRun } from './support/local-run.ts';
import { mostAtOnce } from './support/most-at-once.ts';

interface Play {
  sid: string;
  status: string;
  attempt: number;
  depth?: number;
  parent_play_sid?: string;
  output_data?: string;
  started_at?: number;
  completed_at?: number;
  error?: { type: string; message: string };
  pending_resumes?: { id: string; name: string }[];
  waiting_for?: { kind: string; id: string; play_sid?: string }[];
  spans?: { name: string; kind: string; child_play_sid?: string; status: string }[];
}

const FLOWS: Record<string, string> = {
  square: `
import time
from hero_tracing import flow
@flow
def square(n: int, ms: int = 0) -> dict:
    time.sleep(ms / 1000)
    return {"n": n, "square": n * n, "token": flow.uuid()}
`,
  squares: `
from hero_tracing import flow
@flow
def before() -> str:
    return flow.uuid()
@flow
def squares(count: int, ms: int = 0) -> dict:
    token = before()
    rows = flow.map("square", [{"n": n, "ms": ms} for n in range(count)], spawn=True)
    return {"token": token, "squares": [row["square"] for row in rows], "tokens": len({row["token"] for row in rows})}
`,
  asks: `
from hero_tracing import ask_user, flow
@flow
def asks(who: str) -> str:
    return who + " says " + ask_user.text("What?", name="what")
`,
  fails: `
from hero_tracing import flow
@flow
def fails(how: str = "fail") -> int:
    if how == "wait":
        flow.sleep(3600)
    if how == "down":
        return flow.invoke("fails", spawn=True, how="wait")
    raise ValueError("not today")
`,
  family: `
from hero_tracing import flow
@flow
def family(mode: str) -> list:
    if mode == "asks":
        return flow.gather(lambda: flow.invoke("asks", spawn=True, who="ann"), lambda: flow.invoke("asks", spawn=True, who="bob"))
    if mode == "depth":
        return flow.invoke("family", spawn=True, mode="depth")
    try:
        return flow.invoke("fails", spawn=True, **({"how": mode} if mode else {"what": 1}))
    except flow.ChildFailed as error:
        return [error.play_sid, error.status, error.error and error.error["type"], str(error)]
`,
};

let run: LocalRun;

beforeAll(async () => {
  run = await startLocalRun({ env: { HERO_LOGIC_SLOTS: '2' } });
  for (const [name, python_source] of Object.entries(FLOWS)) await run.rpc('workflow_create', { name, python_source });
});
afterAll(() => run.remove());

const start = (workflow_name: string, input_data: object) => run.rpc<Play>('play_start', { workflow_name, input_data });
const status = (play_sid: string) => run.rpc<Play>('play_status', { play_sid });
const wait = (play_sid: string, until = 'terminal') =>
  run.rpc<Play>('play_wait', { play_sid, timeout_ms: 100_000, until });
const childrenOf = async (parent_play_sid: string) =>
  (await run.rpc<{ plays: Play[] }>('play_list', { parent_play_sid, page_size: 1000 })).plays;

/** Looks again until it is so; every wait of the product itself is by events. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('200 children on 2 slots: the parent waits without one and is woken once', { timeout: 120_000 }, async () => {
  const { sid } = await start('squares', { count: 200 });
  const play = await wait(sid);
  expect(play.status, JSON.stringify(play.error)).toBe('success');
  const output = JSON.parse(play.output_data ?? '') as { squares: number[]; tokens: number };
  expect(output.squares).toEqual(Array.from({ length: 200 }, (_, n) => n * n));
  expect(output.tokens).toBe(200);
  expect(play.attempt).toBe(2);
  const children = await childrenOf(sid);
  expect(children).toHaveLength(200);
  expect(new Set(children.map((child) => child.attempt))).toEqual(new Set([1]));
  const ran = children.map((child) => ({ startMs: child.started_at ?? 0, endMs: child.completed_at ?? 0 }));
  expect(mostAtOnce(ran)).toBeLessThanOrEqual(2);
  const { spans = [] } = await status(sid);
  const subflows = spans.filter((span) => span.kind === 'subflow');
  expect(new Set(subflows.map((span) => span.child_play_sid))).toEqual(new Set(children.map((child) => child.sid)));
  expect(new Set(subflows.map((span) => span.status))).toEqual(new Set(['ok']));
  const listed = await cli(run, ['play', 'list', '--parent', sid, '--limit', '3', '-o', 'json']);
  expect(JSON.parse(listed.stdout).plays.map((child: Play) => child.sid)).toEqual(
    children.slice(0, 3).map((c) => c.sid),
  );
  const shown = await cli(run, ['play', 'show', sid, '--spans']);
  expect(shown.stdout).toContain(`play ${subflows[0]?.child_play_sid}`);
});

it('children that ask are answered like any play, in any order', { timeout: 60_000 }, async () => {
  const { sid } = await start('family', { mode: 'asks' });
  const children = await until(async () => {
    const found = await childrenOf(sid);
    return found.length === 2 ? found : undefined;
  });
  for (const { sid: child } of children) {
    const asking = await wait(child, 'settled');
    expect(asking).toMatchObject({ status: 'awaiting_resume', parent_play_sid: sid, depth: 1 });
    await run.rpc('play_resume', {
      play_sid: child,
      resume_id: asking.pending_resumes?.[0]?.id,
      payload_json: JSON.stringify(child.slice(-3)),
    });
  }
  const [bob, ann] = children.map((child) => child.sid.slice(-3));
  const said = JSON.parse((await wait(sid)).output_data ?? '') as string[];
  expect([
    [`ann says ${ann}`, `bob says ${bob}`],
    [`ann says ${bob}`, `bob says ${ann}`],
  ]).toContainEqual(said);
});

it('a child that fails, is cancelled or cannot be started raises ChildFailed', { timeout: 60_000 }, async () => {
  const outcome = async (mode: string) =>
    JSON.parse((await wait((await start('family', { mode })).sid)).output_data ?? '');
  const failed = await outcome('fail');
  expect(failed.slice(1, 3)).toEqual(['failed', 'ValueError']);
  expect(failed[3]).toBe(`play ${failed[0]} ended as failed: not today`);
  expect(await outcome('')).toEqual([
    ...['', 'failed', 'INVALID_INPUT'],
    'the play could not be started: input_data.what: is unknown; the inputs are how',
  ]);
  const { sid } = await start('family', { mode: 'wait' });
  const waiting = await until(async () => {
    const { waiting_for } = await status(sid);
    return waiting_for?.find((one) => one.kind === 'child');
  });
  await run.rpc('play_cancel', { play_sid: waiting.play_sid, reason: 'enough' });
  const said = JSON.parse((await wait(sid)).output_data ?? '');
  expect(said).toEqual([
    waiting.play_sid,
    'cancelled',
    'Cancelled',
    `play ${waiting.play_sid} ended as cancelled: enough`,
  ]);
  const deep = await wait((await start('family', { mode: 'depth' })).sid);
  expect(deep.error?.message).toMatch(/^play \w+ ended as failed: play \w+ ended as failed: /);
});

it('cancel travels down to the last of the family', { timeout: 60_000 }, async () => {
  const { sid } = await start('family', { mode: 'down' });
  const last = await until(async () => {
    const [child] = await childrenOf(sid);
    const [grandchild] = child === undefined ? [] : await childrenOf(child.sid);
    return grandchild === undefined || grandchild.status !== 'awaiting_resume' ? undefined : grandchild.sid;
  });
  await run.rpc('play_cancel', { play_sid: sid });
  for (const one of [sid, ...(await childrenOf(sid)).map((child) => child.sid), last]) {
    expect((await wait(one)).status).toBe('cancelled');
  }
});

it('kill -9 in the middle, over and over: each child runs, and is counted, once', { timeout: 180_000 }, async () => {
  const { sid } = await start('squares', { count: 60, ms: 30 });
  for (let kill = 0; kill < 4; kill++) {
    const ended = async () => (await childrenOf(sid)).filter((child) => child.status === 'success').length;
    const before = await ended();
    await until(async () => ((await ended()) >= Math.min(before + 8, 60) ? true : undefined));
    await run.crash();
    await run.restart();
  }
  const play = await wait(sid);
  expect(play.status, JSON.stringify(play.error)).toBe('success');
  const output = JSON.parse(play.output_data ?? '') as { squares: number[]; tokens: number };
  expect(output.squares).toEqual(Array.from({ length: 60 }, (_, n) => n * n));
  expect(output.tokens).toBe(60);
  expect(await childrenOf(sid)).toHaveLength(60);
});
