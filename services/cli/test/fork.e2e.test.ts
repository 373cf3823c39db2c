// Contract: a fork from any span, in loops, branches, sub-flows, retries and nested pauses, ends as the original did when nothing is
// edited; what had completed before the span began does not run again, what began after it does; the original's rows stay byte for
// byte. An edited answer, input or output changes what follows from it and nothing else. A dry replay names the step and the line.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, type LocalRun, RpcFailure, startLocalRun } from './support/local-run.ts';

interface Play {
  sid: string;
  status: string;
  workflow_version_sid: string;
  version_number: number;
  trigger: string;
  name: string;
  tags: Record<string, string>;
  input_data: string;
  output_data?: string;
  created_at: number;
  warnings: string[];
  forked_from?: { play_sid: string; span_id: string };
  error?: { message: string };
  pending_resumes: { id: string; name: string }[];
  received_resumes: { id: string; name: string; payload: string; resumed_at: number; resumed_by: string }[];
}
interface Span {
  span_id: string;
  parent_id: string;
  name: string;
  kind: string;
  status: string;
  start_ms: number;
  end_ms?: number;
}
interface Check {
  matches: boolean;
  steps_matched: number;
  steps_recorded: number;
  reached: string;
  divergence?: { expected: string; met: string; source_file: string; source_line: number; message: string };
}

const NASTY = `
from hero_tracing import ask_user, flow

def mark(what): flow.current_span.log(f"ran {what}")

@flow
def leaf(n):
    mark(f"leaf {n}")
    return n

@flow
def pair(n): return [leaf(n), leaf(n), leaf(n + 1)]

@flow
def ask(n):
    leaf(100 + n)
    answer = ask_user.text("Go on?", name=f"go{n}")
    return [answer, leaf(200 + n)]

TRIES = []
@flow(retries=2, retry_delay=0)
def flaky():
    leaf(300)
    TRIES.append(1)
    if len(TRIES) < 2: raise ValueError("once more")
    mark("flaky")
    return "in the end"

@flow
def bad(): raise ValueError("always")

@flow
def main(first: int = 0) -> list:
    loop = [leaf(first) for _ in range(3)]
    moment, chance = flow.now(), flow.random()
    branches = flow.gather(lambda: pair(10), lambda: ask(1), lambda: [ask(2), leaf(20)])
    mapped = flow.map(leaf, [5, 6, 5], concurrency=2)
    flow.sleep(0.01)
    with flow.step("block"):
        inside = leaf(30)
    sub = flow.invoke("doubled", n=4)
    total = flow.once("total", sum, [1, 2, 3])
    try: bad()
    except ValueError as error: loop.append(str(error))
    late = ask(3)
    return [loop, flow.now() >= moment, 0 <= chance < 1, branches, mapped, inside, sub, total, flaky(), late, leaf(40)]
`;
const DOUBLED = `
from hero_tracing import flow
@flow
def half(n):
    flow.current_span.log(f"ran half {n}")
    return n // 2
@flow
def doubled(n: int) -> int: return 4 * half(n)
`;

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
  await run.rpc('workflow_create', { name: 'doubled', python_source: DOUBLED });
});
afterAll(() => run?.remove());

const create = (name: string, source: string) =>
  run.rpc<{ sid: string; current_version_sid: string }>('workflow_create', { name, python_source: source });
const addVersion = (workflowSid: string, source: string) =>
  run.rpc<{ sid: string }>('workflow_create_version', { workflow_sid: workflowSid, python_source: source });
const start = (name: string, input: object = {}, more: object = {}) =>
  run.rpc<Play>('play_start', { workflow_name: name, input_data: input, wait_ms: 60_000, ...more });
const fork = (play: Play, more: object) => run.rpc<Play>('play_fork', { play_sid: play.sid, ...more });
const settled = (play: Play) => run.rpc<Play>('play_wait', { play_sid: play.sid, timeout_ms: 60_000 });
const check = (play: Play, versionSid = '') =>
  run.rpc<Check>('play_check_replay', { play_sid: play.sid, version_sid: versionSid });
const outputOf = (play: Play) => {
  expect(play.status, play.error?.message).toBe('success');
  return JSON.parse(play.output_data ?? '');
};

async function answer(play: Play, name: string, value: unknown, more: object = {}): Promise<void> {
  const found = play.pending_resumes.find((resume) => resume.name === name);
  const request = { play_sid: play.sid, resume_id: found?.id, payload_json: JSON.stringify(value), ...more };
  await run.rpc('play_resume', request);
}

async function toTheEnd(started: Play): Promise<Play> {
  let play = await settled(started);
  while (play.status === 'awaiting_resume') {
    for (const { name } of play.pending_resumes) await answer(play, name, `yes ${name}`);
    play = await settled(play);
  }
  return play;
}

const spansOf = async ({ sid }: Play) => (await run.rpc<{ spans: Span[] }>('play_status', { play_sid: sid })).spans;
const spanNamed = async (play: Play, name: string, nth = 0) => {
  const found = (await spansOf(play)).filter((span) => span.name === name)[nth];
  expect(found, name).toBeDefined();
  return found as Span;
};

/** What ran in a step's body, by the span that said so, and when. */
async function marksOf({ sid }: Play): Promise<{ spanId: string; text: string; atMs: number }[]> {
  const { logs } = await run.rpc<{ logs: { span_id: string; text: string; at_ms: number }[] }>('play_logs', {
    play_sid: sid,
    page_size: 1000,
  });
  return logs.map((line) => ({ spanId: line.span_id, text: line.text, atMs: line.at_ms }));
}

/** Every row of a play in every table, as text. */
async function rowsOf(playSid: string): Promise<string> {
  await run.rpc('play_spans', { play_sid: playSid, page_size: 1 }); // moves what is still in the journal
  const db = new DatabaseSync(join(run.root, 'var/hero_logic/hero_logic.sqlite'), { readOnly: true });
  const tables = ['play_pauses', 'play_texts', 'play_prefills', 'spans', 'span_logs', 'step_outputs'];
  const rows = tables.map((table) => db.prepare(`SELECT * FROM ${table} WHERE play_sid = ?`).all(playSid));
  const text = JSON.stringify([db.prepare('SELECT * FROM plays WHERE sid = ?').all(playSid), ...rows]);
  db.close();
  return text;
}

const pathsOf = (spans: Span[]): string[] => {
  const byId = new Map(spans.map((span) => [span.span_id, span]));
  const path = (span: Span | undefined): string => (span ? `${path(byId.get(span.parent_id))}/${span.name}` : '');
  return spans.map((span) => `${path(span)} ${span.status === 'replayed' ? 'ok' : span.status}`).sort();
};

it('a fork from every span ends as the original, runs what came after and nothing before', async () => {
  await create('nasty', NASTY);
  const original = await toTheEnd(await start('nasty'));
  const output = outputOf(original);
  const spans = await spansOf(original);
  expect(spans.length).toBeGreaterThan(40);
  const before = await rowsOf(original.sid);
  const marks = await marksOf(original);
  const paths = pathsOf(spans);

  const parallelOf = (span: Span | undefined): string =>
    span === undefined
      ? ''
      : (/^(gather|map)\[/.exec(span.name)?.[1] ?? parallelOf(spans.find((s) => s.span_id === span.parent_id)));
  const isBeside = (a: Span, b: Span) => parallelOf(a) !== '' && parallelOf(a) === parallelOf(b);

  async function forkFrom(from: Span): Promise<void> {
    const what = `from ${from.name} (${from.span_id})`;
    const forked = await fork(original, { from_span_id: from.span_id });
    expect(forked).toMatchObject({
      trigger: `fork of ${original.sid}`,
      name: original.name,
      workflow_version_sid: original.workflow_version_sid,
    });
    expect(forked.forked_from).toEqual({ play_sid: original.sid, span_id: from.span_id });
    const ended = await toTheEnd(forked);
    expect(outputOf(ended), what).toEqual(output);
    expect(ended.warnings, what).toEqual([]);
    expect(pathsOf(await spansOf(ended)), what).toEqual(paths);
    const again = await marksOf(ended);
    expect(again.map((m) => m.text).sort(), what).toEqual(marks.map((m) => m.text).sort());
    const fresh = new Set(again.filter((m) => m.atMs >= forked.created_at).map((m) => m.spanId));
    for (const { spanId } of marks) {
      const span = spans.find((one) => one.span_id === spanId) as Span;
      if (isBeside(span, from)) continue; // of what ran at the same time either may have been first
      if ((span.end_ms ?? 0) < from.start_ms) expect(fresh.has(spanId), `${what}: ${span.name} was over`).toBe(false);
      if (span.start_ms > from.start_ms) expect(fresh.has(spanId), `${what}: ${span.name} came later`).toBe(true);
    }
  }
  for (let i = 0; i < spans.length; i += 6) await Promise.all(spans.slice(i, i + 6).map(forkFrom));
  expect((await rowsOf(original.sid)) === before, 'not a byte of the original has changed').toBe(true);
}, 300_000);

const EDITED = `
from hero_tracing import ask_user, flow

def mark(what): flow.current_span.log(f"ran {what}")

@flow
def fixed():
    mark("fixed")
    return 1

@flow
def load(name):
    mark(f"load {name}")
    return {"name": name, "rows": 3}

@flow
def part():
    mark("part")
    return 5

@flow
def whole():
    mark("whole")
    return part() * 2

@flow
def send(text):
    mark(f"send {text}")
    return text.upper()

@flow
def main(name: str = "ada", greeting: str = "hi") -> dict:
    kept = fixed()
    loaded = load(name)
    whole()
    tone = ask_user.text("Which tone?", name="tone")
    draft = send(f"{greeting} {loaded['name']} {loaded['rows']} {tone}")
    again = ask_user.text("Good?", name="good")
    return {"kept": kept, "draft": draft, "again": again, "last": send(again)}
`;

describe('a fork with something edited', () => {
  let original: Play;
  let flow: { sid: string; current_version_sid: string };
  beforeAll(async () => {
    flow = await create('edited', EDITED);
    original = await start('edited', {}, { name: 'first', tags: { team: 'a' } });
    await answer(original, 'tone', 'warm', { resumed_by: 'ann' });
    original = await settled(original);
    await answer(original, 'good', 'yes');
    original = await settled(original);
    expect(outputOf(original)).toEqual({ kept: 1, draft: 'HI ADA 3 WARM', again: 'yes', last: 'YES' });
  });

  const ranAgain = async (forked: Play) =>
    (await marksOf(forked)).filter((m) => m.atMs >= forked.created_at).map((m) => m.text);

  it('input: what depends on it runs again, the answers before stay with who gave them', async () => {
    const from = await spanNamed(original, 'send');
    const forked = await fork(original, { from_span_id: from.span_id, input_data: { name: 'bob' }, name: 'second' });
    expect(forked).toMatchObject({ name: 'second', tags: { team: 'a' }, input_data: '{"name":"bob","greeting":"hi"}' });
    const waiting = await settled(forked);
    expect(waiting.pending_resumes.map((r) => r.name)).toEqual(['good']);
    const { id, resumed_at } = original.received_resumes[0] as Play['received_resumes'][0];
    expect(waiting.received_resumes).toMatchObject([{ id, resumed_at, payload: '"warm"', resumed_by: 'ann' }]);
    await answer(waiting, 'good', 'no');
    const ended = await settled(waiting);
    expect(outputOf(ended)).toEqual({ kept: 1, draft: 'HI BOB 3 WARM', again: 'no', last: 'NO' });
    expect(ended.warnings, 'what an edit changes is no divergence').toEqual([]);
    expect(await ranAgain(forked)).toEqual(['ran load bob', 'ran send hi bob 3 warm', 'ran send no']);
  });

  it('answer: a fork from its question asks it again, and an old answer is not reused after a fork', async () => {
    const asked = await spanNamed(original, 'tone');
    const forked = await settled(await fork(original, { from_span_id: asked.span_id }));
    expect(forked).toMatchObject({ status: 'awaiting_resume', received_resumes: [] });
    expect(forked.pending_resumes.map((r) => r.name)).toEqual(['tone']);
    expect(forked.pending_resumes[0]?.id).toBe(original.received_resumes[0]?.id);
    await answer(forked, 'tone', 'cold');
    const waiting = await settled(forked);
    expect(
      waiting.pending_resumes.map((r) => r.name),
      'the later answer is gone too',
    ).toEqual(['good']);
    await answer(waiting, 'good', 'hm');
    expect(outputOf(await settled(waiting))).toMatchObject({ draft: 'HI ADA 3 COLD', last: 'HM' });
    expect(await ranAgain(forked)).toEqual(['ran send hi ada 3 cold', 'ran send hm']);
    const before = await settled(original);
    expect(before.received_resumes.map((r) => r.payload)).toEqual(['"warm"', '"yes"']);
  });

  it('a fork of a fork means the same by a span, and points at the play it came from', async () => {
    const first = await settled(await fork(original, { from_span_id: (await spanNamed(original, 'tone')).span_id }));
    await answer(first, 'tone', 'dry');
    const waiting = await settled(first);
    const from = (await spanNamed(waiting, 'good')).span_id;
    const second = await settled(await fork(waiting, { from_span_id: from }));
    expect(second.forked_from).toEqual({ play_sid: first.sid, span_id: from });
    expect(second.received_resumes.map((r) => r.payload)).toEqual(['"dry"']);
    expect(await ranAgain(second)).toEqual([]);
    const third = await settled(await fork(waiting, { from_span_id: (await spanNamed(waiting, 'tone')).span_id }));
    expect(third.received_resumes).toEqual([]);
    expect(await ranAgain(third)).toEqual([]);
    await answer(third, 'tone', 'wet');
    await settled(third);
    expect(await ranAgain(third)).toEqual(['ran send hi ada 3 wet']);
  });

  it('output: the recorded one is replaced, for steps that are kept', async () => {
    const from = (await spanNamed(original, 'good')).span_id;
    const load = (await spanNamed(original, 'load')).span_id;
    const set_outputs = { [load]: { name: 'eve', rows: 12345678901 } };
    const ended = await toTheEnd(await fork(original, { from_span_id: from, set_outputs }));
    expect(outputOf(ended)).toMatchObject({ draft: 'HI EVE 12345678901 WARM', again: 'yes good' });
    const { spans } = await run.rpc<{ spans: (Span & { output: string })[] }>('play_spans', { play_sid: ended.sid });
    expect(spans.find((s) => s.span_id === load)?.output).toBe('{"name":"eve","rows":12345678901}');

    const part = (await spanNamed(original, 'part')).span_id;
    const late = (await spanNamed(original, 'send', 1)).span_id;
    const wrong = { [part]: 1, [late]: 1, nope: 1, [from]: 1 };
    const refused = await fork(original, { from_span_id: from, set_outputs: wrong }).catch((error) => error);
    expect(refused).toBeInstanceOf(RpcFailure);
    expect(refused.reason).toBe('INVALID_ARGUMENT');
    expect(refused.violations.map((v: { field: string }) => v.field).sort()).toEqual(
      Object.keys(wrong)
        .map((id) => `set_outputs[${id}]`)
        .sort(),
    );
    expect(refused.message).toContain('lies in the recorded step "whole"');
    await expect(fork(original, { set_outputs: { [load]: 1 } })).rejects.toMatchObject({
      violations: [{ field: `set_outputs[${load}]` }],
    });
  });

  it('dropped answers are asked again, by name or id; a name that names nothing is refused', async () => {
    const from_span_id = (await spanNamed(original, 'send', 1)).span_id;
    const id = original.received_resumes[1]?.id;
    const forked = await settled(await fork(original, { from_span_id, drop_resumes: [id] }));
    expect(forked.pending_resumes.map((r) => r.name)).toEqual(['good']);
    const both = await settled(await fork(original, { from_span_id, drop_resumes: ['tone', 'good'] }));
    expect(both.pending_resumes.map((r) => r.name)).toEqual(['tone']);
    const early = (await spanNamed(original, 'send')).span_id;
    for (const request of [
      { from_span_id, drop_resumes: ['tone', 'nope'] },
      { from_span_id: early, drop_resumes: ['tone', 'good'] },
      { drop_resumes: ['x', 'tone'] },
    ]) {
      const refused: RpcFailure = await fork(original, request).catch((error) => error);
      expect(refused.violations.map((v) => v.field)).toContain('drop_resumes[1]');
    }
  });

  it('without a span, and from the root, everything runs again', async () => {
    for (const from_span_id of ['', (await spanNamed(original, 'main')).span_id]) {
      const waiting = await settled(await fork(original, { from_span_id }));
      expect(waiting.pending_resumes.map((r) => r.name)).toEqual(['tone']);
      expect(await ranAgain(waiting)).toEqual(['ran fixed', 'ran load ada', 'ran whole', 'ran part']);
    }
    await expect(fork(original, { from_span_id: 'nope' })).rejects.toMatchObject({ reason: 'SPAN_NOT_FOUND' });
    await expect(fork(original, { input_data: { name: 5 } })).rejects.toMatchObject({
      reason: 'INVALID_INPUT',
      violations: [{ field: 'input_data.name' }],
    });
    await expect(fork({ ...original, sid: 'nope' }, {})).rejects.toMatchObject({ reason: 'PLAY_NOT_FOUND' });
  });

  it('on another version: no step is reused, the answers are', async () => {
    const { sid } = await addVersion(flow.sid, EDITED.replace('.upper()', '.title()'));
    const from_span_id = (await spanNamed(original, 'good')).span_id;
    const waiting = await settled(await fork(original, { from_span_id, version_sid: sid }));
    expect(waiting).toMatchObject({ workflow_version_sid: sid, version_number: 2, warnings: [] });
    expect(waiting.pending_resumes.map((r) => r.name)).toEqual(['good']);
    expect((await marksOf(waiting)).map((m) => m.text)).toEqual(
      ['fixed', 'load ada', 'whole', 'part', 'send hi ada 3 warm'].map((what) => `ran ${what}`),
    );
    const other = await create('another', EDITED);
    await expect(fork(original, { version_sid: other.current_version_sid })).rejects.toMatchObject({
      reason: 'VERSION_NOT_FOUND',
    });
  });

  it('prefilled answers count like others, and the fork of a prefilled play takes answers from outside', async () => {
    const prefilled = await start('edited', {}, { prefill_resumes_json: '{"tone": "soft", "good": "ok"}' });
    expect(outputOf(prefilled)).toMatchObject({ last: 'OK' });
    for (const [name, kept] of [
      ['tone', []],
      ['good', ['"soft"']],
    ] as const) {
      const from_span_id = (await spanNamed(prefilled, name)).span_id;
      const waiting = await settled(await fork(prefilled, { from_span_id }));
      expect(waiting.pending_resumes.map((r) => r.name)).toEqual([name]);
      expect(waiting.received_resumes.map((r) => r.payload)).toEqual(kept);
    }
  });
});

const CHILD = `
from hero_tracing import ask_user, flow
@flow
def tenfold(n):
    flow.current_span.log(f"ran tenfold {n}")
    return 10 * n
@flow
def forked_child(n: int) -> str:
    value = tenfold(n)
    return f"{value} {ask_user.text('Go?', name='go')}" if n == 1 else str(value)
`;
const PARENT = `
from hero_tracing import flow
@flow
def middle():
    flow.current_span.log("ran middle")
    return "middle"
@flow
def main() -> list:
    first = flow.invoke("forked_child", spawn=True, n=1)
    between = middle()
    return [first, between, *flow.map("forked_child", [2, 3], spawn=True)]
`;

describe('a fork where sub-flows are plays of their own', () => {
  const childrenOf = async (play: Play) =>
    (await run.rpc<{ plays: Play[] }>('play_list', { parent_play_sid: play.sid })).plays.reverse();
  const ended = async (play: Play) =>
    run.rpc<Play>('play_wait', { play_sid: play.sid, timeout_ms: 60_000, until: 'terminal' });
  const marked = async (play: Play) => (await marksOf(play)).map((mark) => mark.text);

  /** The first child of a play, as soon as it asks. */
  async function asking(play: Play): Promise<Play> {
    let [child] = await childrenOf(play);
    while (child === undefined) {
      await run.rpc('play_wait', { play_sid: play.sid, timeout_ms: 20, until: 'terminal' });
      [child] = await childrenOf(play);
    }
    return settled(child);
  }

  it('keeps what children had said before, starts others anew, and leaves every play of the family alone', async () => {
    await create('forked_child', CHILD);
    await create('forked_parent', PARENT);
    const original = await run.rpc<Play>('play_start', { workflow_name: 'forked_parent' });
    await answer(await asking(original), 'go', 'one');
    expect(outputOf(await ended(original))).toEqual(['10 one', 'middle', '20', '30']);
    const family = [original, ...(await childrenOf(original))];
    expect(family).toHaveLength(4);
    const rows = () => Promise.all(family.map(({ sid }) => rowsOf(sid)));
    const before = await rows();

    const after = await fork(original, { from_span_id: (await spanNamed(original, 'middle')).span_id });
    expect(outputOf(await ended(after))).toEqual(['10 one', 'middle', '20', '30']);
    expect(await childrenOf(after), 'the first is not started again').toHaveLength(2);

    const subflow = (await spansOf(original)).find(({ kind }) => kind === 'subflow') as Span;
    const anew = await fork(original, { from_span_id: subflow.span_id });
    const child = await asking(anew);
    expect(child.received_resumes, 'no answer of the child before').toEqual([]);
    await answer(child, 'go', 'two');
    expect(outputOf(await ended(anew))).toEqual(['10 two', 'middle', '20', '30']);
    expect(await childrenOf(anew)).toHaveLength(3);

    const first = family[1] as Play;
    expect(await check(first)).toMatchObject({
      matches: true,
      steps_matched: 1,
      steps_recorded: 1,
      reached: 'the end',
    });
    const inside = await settled(await fork(first, { from_span_id: (await spanNamed(first, 'go')).span_id }));
    expect(await marked(inside), 'kept').toEqual(['ran tenfold 1']);
    expect(inside).toMatchObject({ forked_from: { play_sid: first.sid }, status: 'awaiting_resume' });
    await answer(inside, 'go', 'three');
    expect(outputOf(await ended(inside))).toBe('10 three');
    expect((await spansOf(inside)).map(({ span_id }) => span_id)).toEqual(
      (await spansOf(first)).map(({ span_id }) => span_id),
    );
    expect(await childrenOf(original), 'a fork of a child has no parent').toHaveLength(3);
    expect(await rows(), 'not a byte of the family has changed').toEqual(before);
  }, 60_000);
});

describe('a fork of a live play', () => {
  it('of a running and of a waiting one; neither notices', async () => {
    await create(
      'live',
      `
from hero_tracing import ask_user, flow
import time
@flow
def step(n): return n
@flow
def slow():
    time.sleep(30)
@flow
def main(slowly: bool = True) -> list:
    parts = [step(n) for n in range(3)]
    if slowly: slow()
    return [parts, ask_user.text("Go?", name="go")]
`,
    );
    const running = await run.rpc<Play>('play_start', { workflow_name: 'live' });
    let spans: Span[] = [];
    while (!spans.some((span) => span.name === 'slow')) {
      await run.rpc('play_wait', { play_sid: running.sid, timeout_ms: 20 });
      spans = await spansOf(running);
    }
    const from_span_id = spans.find((span) => span.name === 'slow')?.span_id;
    const forked = await settled(await fork(running, { from_span_id, input_data: { slowly: false } }));
    expect(forked.pending_resumes.map((r) => r.name)).toEqual(['go']);
    expect((await spansOf(forked)).filter((s) => s.name === 'step').map((s) => s.status)).toEqual(
      Array(3).fill('replayed'),
    );
    expect(await run.rpc('play_status', { play_sid: running.sid })).toMatchObject({ status: 'running' });
    await run.rpc('play_cancel', { play_sid: running.sid });

    const before = await rowsOf(forked.sid);
    const twin = await settled(await fork(forked, { from_span_id: (await spanNamed(forked, 'go')).span_id }));
    await answer(twin, 'go', 'twin');
    expect(outputOf(await settled(twin))).toEqual([[0, 1, 2], 'twin']);
    expect((await rowsOf(forked.sid)) === before).toBe(true);
    await answer(forked, 'go', 'own');
    expect(outputOf(await settled(forked))).toEqual([[0, 1, 2], 'own']);
  });
});

describe('an answer that moves the play to another version', () => {
  const source = (word: string) => EDITED.replace('text.upper()', `text + "${word}"`);

  it('runs from the start with its answers, reuses no step, and is ok again', async () => {
    const flow = await create('moved', source(' one'));
    let play = await start('moved');
    await answer(play, 'tone', 'warm');
    play = await settled(play);
    const v1 = play.workflow_version_sid;
    const { sid } = await addVersion(flow.sid, source(' two'));
    const request = {
      play_sid: play.sid,
      resume_id: play.pending_resumes[0]?.id,
      payload_json: '"fine"',
      version_sid: sid,
    };
    const other = await create('moved-other', EDITED);
    await expect(run.rpc('play_resume', { ...request, version_sid: other.current_version_sid })).rejects.toMatchObject({
      reason: 'VERSION_NOT_FOUND',
    });
    expect((await settled(play)).pending_resumes).toHaveLength(1);
    const first = await run.rpc<{ resumed_at: number }>('play_resume', request);
    const ended = await settled(play);
    expect(outputOf(ended)).toEqual({ kept: 1, draft: 'hi ada 3 warm two', again: 'fine', last: 'fine two' });
    expect(ended).toMatchObject({ workflow_version_sid: sid, version_number: 2, warnings: [] });
    expect((await marksOf(play)).filter((m) => m.text === 'ran fixed')).toHaveLength(2);
    expect(await run.rpc('play_resume', request)).toEqual({ ok: true, resumed_at: first.resumed_at });
    await expect(run.rpc('play_resume', { ...request, version_sid: v1 })).rejects.toMatchObject({
      reason: 'RESUME_ALREADY_ANSWERED',
    });
    const list = await run.rpc<{ plays: Play[] }>('play_list', { version_sid: sid });
    expect(list.plays.map((one) => one.sid)).toEqual([play.sid]);
  });

  it('also while a run of the old version is under way: that run ends, and what it says counts no more', async () => {
    const running = (n: number) => `
from hero_tracing import ask_user, flow
import time
@flow
def busy():
    ${n === 1 ? 'time.sleep(30)' : 'pass'}
    return ${n}
@flow
def main() -> list:
    return flow.gather(lambda: ask_user.text("Go?", name="go"), busy)
`;
    const flow = await create('moved-running', running(1));
    const play = await run.rpc<Play>('play_start', { workflow_name: 'moved-running' });
    const { sid } = await addVersion(flow.sid, running(2));
    let open: Play['pending_resumes'] = [];
    while (open.length === 0) {
      await run.rpc('play_wait', { play_sid: play.sid, timeout_ms: 20 });
      open = (await run.rpc<{ resumes: Play['pending_resumes'] }>('play_pending_resumes', { play_sid: play.sid }))
        .resumes;
    }
    await run.rpc('play_resume', {
      play_sid: play.sid,
      resume_id: open[0]?.id,
      payload_json: '"on"',
      version_sid: sid,
    });
    expect(outputOf(await settled(play))).toEqual(['on', 2]);
  });
});

describe('a dry replay', () => {
  it('says whether a version fits, and where they part; nothing runs and nothing is written', async () => {
    const flow = await create('dry', EDITED);
    let play = await start('dry');
    const own = await check(play);
    expect(own).toMatchObject({ matches: true, steps_matched: 4, steps_recorded: 4, reached: 'the question "tone"' });
    expect(own.divergence).toBeFalsy();
    await answer(play, 'tone', 'warm');
    play = await settled(play);
    const before = await rowsOf(play.sid);
    const line = (source: string, text: string) => source.split('\n').findIndex((l) => l.includes(text)) + 1;
    const against = async (source: string) => check(play, (await addVersion(flow.sid, source)).sid);

    const renamed = EDITED.replace('def load(', 'def fetch(').replace('= load(name)', '= fetch(name)');
    const inOther = await against(renamed);
    expect(inOther).toMatchObject({ matches: false, steps_matched: 1, steps_recorded: 5 });
    expect(inOther.divergence).toMatchObject({
      ...{
        expected: 'load',
        met: 'fetch',
        source_file: 'flow.py',
        source_line: line(renamed, '= fetch(name)'),
      },
    });

    const swapped = EDITED.replace('    whole()\n', '').replace('    loaded =', '    whole()\n    loaded =');
    expect((await against(swapped)).divergence).toMatchObject({
      ...{ expected: 'load', met: 'whole', source_line: line(swapped, '    whole()') },
    });

    const removed = EDITED.replace('    whole()\n', '');
    expect((await against(removed)).divergence).toMatchObject({
      ...{ expected: 'whole', met: 'send', source_line: line(removed, 'draft = send') },
    });

    const broken = await against(EDITED.replace('tone = ask_user', 'raise ValueError("no")\n    tone = ask_user'));
    expect(broken.divergence?.message).toContain('the flow failed with ValueError: no');
    expect((await rowsOf(play.sid)) === before, 'not a byte of the play has changed').toBe(true);

    await answer(play, 'good', 'yes');
    expect(outputOf(await settled(play))).toMatchObject({ last: 'YES' });
    expect(await check(play)).toMatchObject({ matches: true, steps_matched: 6, steps_recorded: 6, reached: 'the end' });
    await expect(check({ ...play, sid: 'nope' })).rejects.toMatchObject({ reason: 'PLAY_NOT_FOUND' });
    await expect(check(play, 'nope')).rejects.toMatchObject({ reason: 'VERSION_NOT_FOUND' });
  });
});

describe('the command', () => {
  it('forks by the name of a span, changes one input, and checks with an exit code', { timeout: 60_000 }, async () => {
    const flow = await create('typed', EDITED);
    const play = await start('typed');
    await answer(play, 'tone', 'warm');
    await settled(play);
    const forked = await cli(run, [
      'play',
      'fork',
      play.sid,
      '--from',
      'good',
      '-i',
      'name=zoe',
      '--wait',
      '-o',
      'json',
    ]);
    expect(forked.code, forked.stderr).toBe(3);
    const shown = JSON.parse(forked.stdout);
    expect(shown).toMatchObject({ forked_from: { play_sid: play.sid }, input_data: '{"name":"zoe","greeting":"hi"}' });
    expect((await marksOf(shown)).map((m) => m.text)).toContain('ran send hi zoe 3 warm');
    expect((await cli(run, ['play', 'fork', play.sid, '--from', 'nothing'])).stderr).toContain('[SPAN_NOT_FOUND]');

    expect(await cli(run, ['play', 'check', play.sid])).toMatchObject({
      code: 0,
      stdout: 'matches: 5 of 5 recorded steps met, up to the question "good"\n',
    });
    await addVersion(flow.sid, EDITED.replace('kept = fixed()', 'kept = 1'));
    const differs = await cli(run, ['play', 'check', play.sid, '--flow-version', '2']);
    expect(differs).toMatchObject({ code: 1, stderr: '' });
    expect(differs.stdout).toMatch(
      /^differs: 4 of 5 .*\nthe recorded step 'fixed' was expected, but 'load' came \(flow\.py line \d+\)\n$/,
    );
    const moved = await cli(run, ['play', 'answer', play.sid, 'good', 'ok', '--flow-version', '2']);
    expect(moved.code, moved.stderr).toBe(0);
    expect(outputOf(await settled(play))).toMatchObject({ kept: 1, last: 'OK' });
    const unclear = await cli(run, ['play', 'fork', play.sid, '--from', 'send']);
    expect(unclear).toMatchObject({ code: 2, stdout: '' });
    expect(unclear.stderr).toContain((await spanNamed(play, 'send', 1)).span_id);
    const set = ['--set-output', 'load={"name": "x", "rows": 1.0}'];
    const edited = await cli(run, ['play', 'fork', play.sid, '--from', 'good', ...set, '--drop', 'tone']);
    expect(edited.code, edited.stderr).toBe(0);
    expect((await cli(run, ['play', 'fork', play.sid, '--set-output', 'load=x'])).code).toBe(2);
  });
});
