// Contract: of several waits the first that is answered wins, the others are withdrawn for everybody, and neither a crash nor a later
// resume changes that. With the real processes.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalRun, RpcFailure, startLocalRun } from './support/local-run.ts';

interface Play {
  sid: string;
  status: string;
  output_data?: string;
  warnings: string[];
  pending_resumes: { id: string; name: string }[];
  waiting_for: { kind: string; id: string }[];
}

const SOURCE = `
from hero_tracing import ask_user, flow

@flow
def prepare(who: str) -> str:
    return who

@flow
def boss() -> dict:
    who = prepare("boss")
    return {who: ask_user.confirm("Boss, go?", name="boss")}

def peers():
    with flow.step("peers"):
        return [prepare("peer"), ask_user.confirm("Peers, go?", name="peers")]

@flow(name="approval")
def main() -> dict:
    winner = flow.race(boss, peers, lambda: flow.sleep(86400))
    note = ask_user.text("Why?", name="why")
    return {"index": winner.index, "value": winner.value, "note": note}
`;

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
  await run.rpc('workflow_create', { name: 'approval', python_source: SOURCE });
});
afterAll(() => run.remove());

const settled = (sid: string) => run.rpc<Play>('play_wait', { play_sid: sid, timeout_ms: 60_000 });
const answer = (sid: string, id: string, payload: unknown) =>
  run.rpc('play_resume', { play_sid: sid, resume_id: id, payload_json: JSON.stringify(payload) });

it('the first answer wins, the rest is withdrawn, also over a crash', { timeout: 120_000 }, async () => {
  const { sid } = await run.rpc<Play>('play_start', { workflow_name: 'approval', input_data: {} });
  const asked = await settled(sid);
  expect(asked.pending_resumes.map((r) => r.name).sort()).toEqual(['boss', 'peers']);
  expect(asked.waiting_for.map((w) => w.kind).sort()).toEqual(['answer', 'answer', 'timer']);
  const id = (name: string) => asked.pending_resumes.find((r) => r.name === name)?.id ?? '';
  await answer(sid, id('peers'), true);
  await run.rpc('play_wait', { play_sid: sid, timeout_ms: 100 });
  await run.crash();
  await run.restart();
  const decided = await settled(sid);
  expect(decided.pending_resumes.map((r) => r.name)).toEqual(['why']);
  expect(decided.waiting_for).toHaveLength(1);
  const late = await answer(sid, id('boss'), true).catch((error: unknown) => error);
  expect(late).toBeInstanceOf(RpcFailure);
  expect(late).toMatchObject({ reason: 'RESUME_WITHDRAWN', code: -32009 });
  await answer(sid, decided.pending_resumes[0]?.id ?? '', 'because');
  const done = await settled(sid);
  expect(done).toMatchObject({ status: 'success', warnings: [] });
  expect(JSON.parse(done.output_data ?? '')).toEqual({ index: 1, value: ['peer', true], note: 'because' });
  const { spans } = await run.rpc<{ spans: { name: string; status: string; runs: number }[] }>('play_spans', {
    play_sid: sid,
  });
  const status = Object.fromEntries(spans.map((s) => [s.name, s.status]));
  expect(status).toMatchObject({
    'race[0]': 'cancelled',
    boss: 'cancelled',
    'race[2]': 'cancelled',
    sleep: 'cancelled',
  });
  expect(spans.filter((s) => s.name === 'prepare').every((s) => s.runs === 1)).toBe(true);
});
