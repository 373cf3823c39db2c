// Contract: with HERO_LOGIC_ALWAYS_REPLAY=1 every play is killed after each step it recorded and goes on in a new process, until
// it ends; outcome, output and recorded steps are those of an undisturbed run, however often that was (no poison pill), and no
// replay is reported as divergent. Values that differ by nature (clock, random, uuid) are compared by what the flow asserts of them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalRun, REPOSITORY, RpcFailure, startLocalRun } from './support/local-run.ts';

interface Play {
  sid: string;
  status: string;
  attempt: number;
  output_data?: string;
  error?: { type: string; message: string };
  warnings: string[];
  pending_resumes: { id: string; name: string }[];
}
interface Span {
  span_id: string;
  parent_id: string;
  name: string;
  kind: string;
  status: string;
}

const NASTY: Record<string, { source: string; runs: number; fails?: boolean }> = {
  loops_with_equal_calls: {
    runs: 7,
    source: `
from hero_tracing import flow
import itertools
count = itertools.count()
@flow
def draw(): return flow.random()
@flow
def main() -> dict:
    values = [draw() for _ in range(3)]
    again = [draw() for _ in range(3)]
    return {"different": len(set(values + again)), "below_one": all(0 <= v < 1 for v in values)}
`,
  },
  nested_gather_and_map: {
    runs: 4,
    source: `
from hero_tracing import flow
@flow
def leaf(n): return n * n
@flow
def branch(n):
    with flow.step("block"):
        return [leaf(n), leaf(n + 1), leaf(n)]
@flow
def main() -> list:
    return [flow.gather(*(lambda n=n: branch(n) for n in range(3))), flow.map(leaf, [5, 6, 5])]
`,
  },
  recorded_values: {
    runs: 5,
    source: `
from hero_tracing import flow
@flow
def check(now, key, number):
    return [flow.now() >= now, len(key), 0 <= number < 1]
@flow
def main() -> list:
    now, key, number = flow.now(), flow.uuid(), flow.random()
    first = check(now, key, number)
    second = check(now, key, number)
    return [first, second, flow.once("sum", sum, [1, 2, 3]), flow.uuid() != key]
`,
  },
  retries: {
    runs: 5,
    source: `
from hero_tracing import flow
@flow
def leaf(n): return n
@flow(retries=3, retry_delay=0.01)
def flaky(name):
    one = leaf(name)
    if leaf(flow.random() * 0 + ATTEMPTS.setdefault(name, 0)) < 0: raise ValueError
    ATTEMPTS[name] += 1
    if ATTEMPTS[name] < 3: raise ValueError(f"attempt {ATTEMPTS[name]}")
    return one
ATTEMPTS = {}
@flow
def main() -> list:
    try:
        flaky_for_ever()
    except ValueError as error:
        return [flaky("a"), str(error)]
@flow(retries=1, retry_delay=0)
def flaky_for_ever():
    leaf(1)
    raise ValueError("never")
`,
  },
  sub_flows: {
    runs: 4,
    source: `
from hero_tracing import flow
ROWS = [["Ada", "2026-01", 1, 10, 2]]
@flow
def main() -> list:
    return [flow.invoke("folder_churn", folder=f, rows=ROWS)["churn"] for f in ("a", "b", "a")]
`,
  },
  async_gather: {
    runs: 3,
    source: `
import asyncio
from hero_tracing import flow
@flow
async def leaf(n):
    await asyncio.sleep(0.001 * (5 - n))
    return n
@flow
async def pair(n): return await asyncio.gather(leaf(n), leaf(n))
@flow
async def main() -> list:
    return [await flow.gather_async(*(lambda n=n: pair(n) for n in range(3))), await flow.map_async(leaf, [1, 1, 2])]
`,
  },
  pauses: {
    runs: 5,
    source: `
from hero_tracing import ask_user, flow
@flow
def step(n): return n
@flow
def ask(n):
    step(n)
    return ask_user.text("Go on?", name="go")
@flow
def main() -> list:
    answers = [ask(n) for n in range(2)]
    return [answers, flow.gather(lambda: ask(3), lambda: ask(4)), step(5)]
`,
  },
  spawned_children: {
    runs: 4,
    source: `
from hero_tracing import flow
ROWS = [["Ada", "2026-01", 1, 10, 2]]
@flow
def step(n): return n
@flow
def main() -> list:
    first = step(1)
    one = flow.invoke("folder_churn", spawn=True, folder="a", rows=ROWS)["churn"]
    many = flow.map("folder_churn", [{"folder": f, "rows": ROWS} for f in ("a", "b")], spawn=True)
    try:
        flow.invoke("folder_churn", spawn=True, folder="a", rows="none")
    except flow.ChildFailed as error:
        return [first, one, [m["churn"] for m in many], error.status, step(2)]
`,
  },
  waits_and_races: {
    runs: 4,
    source: `
from hero_tracing import flow
@flow
def step(n): return n
@flow
def patient():
    flow.sleep(30)
    return "slow"
@flow
def main() -> list:
    step(1)
    flow.sleep(0.05)
    asked = flow.pause("q", timeout=0.05, default="nobody") if step(2) else None
    fast = flow.race(lambda: step(3), patient)
    return [asked in ("nobody", "yes q"), fast, step(4)]
`,
  },
  not_memoised: {
    runs: 3,
    source: `
from hero_tracing import flow
@flow
def step(n): return n
@flow(memo=False)
def again(n): return step(n)
@flow(memo=False)
def main() -> list:
    return [again(1), again(1), flow.random() < 1]
`,
  },
  a_failure: {
    runs: 3,
    fails: true,
    source: `
from hero_tracing import flow
@flow
def step(n): return n
@flow
def main() -> int:
    step(1); step(2)
    raise flow.Failed("in the end")
`,
  },
};

interface Outcome {
  status: string;
  output: unknown;
  error: string | undefined;
  spans: string[];
  play: Play;
}

let calm: LocalRun;
let harsh: LocalRun;

beforeAll(async () => {
  [calm, harsh] = await Promise.all([startLocalRun(), startLocalRun({ env: { HERO_LOGIC_ALWAYS_REPLAY: '1' } })]);
});
afterAll(async () => {
  await Promise.all([calm?.remove(), harsh?.remove()]);
});

/** Runs a play to its end; answers each question with the same text as often as it is asked. */
async function toTheEnd(run: LocalRun, start: object): Promise<Outcome> {
  let play = await run.rpc<Play>('play_start', { ...start, wait_ms: 60_000 });
  while (play.status === 'awaiting_resume') {
    for (const { id, name } of play.pending_resumes) {
      const answer = { play_sid: play.sid, resume_id: id, payload_json: JSON.stringify(`yes ${name}`) };
      // One with a time-out may be over by now.
      await run.rpc('play_resume', answer).catch((error: unknown) => {
        if (!(error instanceof RpcFailure) || error.reason !== 'RESUME_ALREADY_ANSWERED') throw error;
      });
    }
    play = await run.rpc<Play>('play_wait', { play_sid: play.sid, timeout_ms: 60_000 });
  }
  const { spans } = await run.rpc<{ spans: Span[] }>('play_spans', { play_sid: play.sid, page_size: 1000 });
  const { status, output_data, error } = play;
  return { status, output: JSON.parse(output_data || 'null'), error: error?.message, spans: pathsOf(spans), play };
}

/**
 * The tree without times: every span by its path, with how it ended. A replayed one has ended well before. How far the losers of a race
 * came, or whether they began at all, depends on the moment.
 */
function pathsOf(spans: Span[]): string[] {
  const byId = new Map(spans.map((span) => [span.span_id, span]));
  const path = (span: Span | undefined): string => (span ? `${path(byId.get(span.parent_id))}/${span.name}` : '');
  const hasLost = (span: Span | undefined): boolean =>
    span !== undefined &&
    ((span.name.startsWith('race[') && span.status === 'cancelled') || hasLost(byId.get(span.parent_id)));
  return spans
    .filter((span) => !hasLost(span))
    .map((span) => `${path(span)} ${span.status === 'replayed' ? 'ok' : span.status}`)
    .sort();
}

async function compare(start: object): Promise<Outcome> {
  const [want, have] = await Promise.all([toTheEnd(calm, start), toTheEnd(harsh, start)]);
  const of = ({ status, output, error, spans }: Outcome) => ({ status, output, error, spans });
  expect(of(have)).toEqual(of(want));
  expect(have.play.warnings).toEqual(want.play.warnings);
  return have;
}

it.concurrent.each(Object.entries(NASTY))('%s ends as if undisturbed', async (name, { source, runs, fails }) => {
  await Promise.all([calm, harsh].map((run) => run.rpc('workflow_create', { name, python_source: source })));
  const { status, play } = await compare({ workflow_name: name, input_data: {} });
  expect(status).toBe(fails ? 'failed' : 'success');
  expect(play.attempt, 'it was killed again and again').toBeGreaterThanOrEqual(runs);
});

const seeds = join(REPOSITORY, 'seed-flows');
const examples = readdirSync(seeds)
  .filter((name) => existsSync(join(seeds, name, 'flow.json')))
  .flatMap((name) => {
    const file = JSON.parse(readFileSync(join(seeds, name, 'flow.json'), 'utf8'));
    // seed-flows.test.ts plays the others this way: they need a model, or what they give differs by nature.
    if (!file.tags.includes('sample')) return [];
    return (file.examples as { name: string; input_values: object; resumes?: object }[]).map(
      (example) => [name, example.name, example] as const,
    );
  });

it.concurrent.each(examples)('%s, example %s, ends as if undisturbed', async (flow, _name, example) => {
  await compare({
    workflow_name: flow,
    input_data: example.input_values,
    prefill_resumes_json: JSON.stringify(example.resumes ?? {}),
  });
});
