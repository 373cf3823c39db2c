// Contract: a running server has its numbers at /metrics and its state at /livez and /readyz; with a collector a play is a trace whose id
// is its sid: the play, each of its runs, each step once, in the run in which it ended; the call that started it, forks and earlier runs
// are linked. Inputs and outputs are not part of it. A wrong endpoint is one clear line.

import { playSpanId, runSpanId, traceIdOf } from '@hero-logic/platform';
import { createOtlpReceiver, type OtlpReceiver } from '@hero-logic/platform/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BIN, command, type LocalRun, startLocalRun } from './support/local-run.ts';

interface Play {
  readonly sid: string;
  readonly status: string;
  readonly pending_resumes: { readonly id: string }[];
}

const FLOW = `
from hero_tracing import flow, ask_user

class Chat:
    def create(self, **kw):
        return {"model": "small", "usage": {"prompt_tokens": 12, "completion_tokens": 3}}

@flow
def first(secret: str) -> str:
    return "PRIVATE" + secret

tries = []

@flow(retries=1, retry_delay=0)
def second() -> int:
    tries.append(1)
    if len(tries) == 1:
        raise ValueError("PRIVATE once")
    return 2

@flow(name="traced")
def traced(secret: str = "PRIVATE") -> int:
    first(secret)
    from hero_tracing import instrument
    instrument(Chat()).create(prompt=secret)
    ask_user.confirm("Go on?", name="ok")
    return second()
`;

let receiver: OtlpReceiver;
let run: LocalRun;

beforeAll(async () => {
  receiver = await createOtlpReceiver();
  run = await startLocalRun({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '100' } });
}, 60_000);
afterAll(async () => {
  await run.remove();
  await receiver.close();
}, 60_000);

async function text(path: string): Promise<string> {
  return (await fetch(run.url + path)).text();
}

it('a play is a trace, and the numbers say what happened', { timeout: 90_000 }, async () => {
  const caller = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
  await run.rpc('workflow_create', { name: 'traced', python_source: FLOW });
  const response = await fetch(`${run.url}/rpc`, {
    method: 'POST',
    headers: { traceparent: `00-${caller.traceId}-${caller.spanId}-01` },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'play_start',
      params: { workflow_name: 'traced', input_data: {}, wait_ms: 30_000 },
    }),
  });
  const { result: play } = (await response.json()) as { result: Play };
  expect(play.status).toBe('awaiting_resume');
  expect(await text('/metrics')).toMatch(/^hero_pauses_open 1$/m);
  await run.rpc('play_resume', { play_sid: play.sid, resume_id: play.pending_resumes[0]?.id, payload_json: 'true' });
  const ended = await run.rpc<Play>('play_wait', { play_sid: play.sid, timeout_ms: 30_000, until: 'terminal' });
  expect(ended.status).toBe('success');

  const traceId = traceIdOf(play.sid);
  const whole = await receiver.until((span) => span.spanId === playSpanId(play.sid));
  await receiver.until((span) => span.spanId === runSpanId(play.sid, 2));
  await receiver.until((span) => span.traceId === traceId && span.name === 'second');
  const spans = receiver.spans.filter((span) => span.traceId === traceId);
  expect(spans.map(({ name }) => name).sort()).toEqual(
    [
      'first',
      'play traced',
      'rpc:Chat.create',
      'rpc:Chat.create',
      'run 1 of traced',
      'run 2 of traced',
      'second',
      'traced',
      ...pausesOf(spans),
    ].sort(),
  );
  expect(whole).toMatchObject({
    parentSpanId: '',
    error: undefined,
    attributes: { 'hero.status': 'success', 'hero.attempts': 2 },
  });
  const started = receiver.spans.find(({ name }) => name.endsWith('PlayService/StartPlay'));
  expect(started).toMatchObject({ traceId: caller.traceId, parentSpanId: caller.spanId });
  expect(started?.links).toEqual([{ traceId, spanId: playSpanId(play.sid), relation: 'started' }]);
  expect(whole.links).toEqual([{ traceId: caller.traceId, spanId: started?.spanId, relation: 'trigger' }]);
  const [first, second, model, root] = ['first', 'second', 'rpc:Chat.create', 'traced'].map((name) =>
    spans.find((span) => span.name === name),
  );
  expect(second).toMatchObject({ parentSpanId: root?.spanId, events: ['attempt failed'] });
  expect(root?.parentSpanId).toBe(playSpanId(play.sid));
  expect(model?.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'small',
    'gen_ai.usage.input_tokens': 12,
    'gen_ai.usage.output_tokens': 3,
  });
  const rerun = spans.find(({ name }) => name === 'run 2 of traced');
  expect(rerun?.links).toContainEqual({ traceId, spanId: first?.spanId, relation: 'replayed' });
  expect(rerun?.links).toContainEqual({ traceId, spanId: runSpanId(play.sid, 1), relation: 'earlier run' });
  const again = spans.find((span) => span.name === 'rpc:Chat.create' && span !== model);
  expect(again?.links).toEqual([{ traceId, spanId: model?.spanId, relation: 'earlier run' }]);
  expect(JSON.stringify(spans)).not.toContain('PRIVATE');

  const fork = await run.rpc<Play>('play_fork', { play_sid: play.sid, from_span_id: second?.spanId });
  const forked = await receiver.until((span) => span.spanId === playSpanId(fork.sid));
  expect(forked.links).toContainEqual({ traceId, spanId: second?.spanId, relation: 'fork' });

  const metrics = await text('/metrics');
  expect(metrics).toMatch(/^hero_plays_ended_total\{status="success"\} 2$/m);
  expect(metrics).toMatch(/^hero_runs_ended_total\{outcome="awaiting_resume"\} 1$/m);
  expect(metrics).toMatch(/^hero_claims_total 3$/m);
  expect(metrics).toMatch(/^hero_queue_depth 0$/m);
  expect(metrics).toMatch(/^hero_slots \d+$/m);
  expect(metrics).toMatch(/^hero_steps_total [1-9]\d*$/m);
  expect(metrics).toMatch(/^hero_commit_seconds_count [1-9]\d*$/m);
  expect(metrics).toMatch(/^hero_up\{needs="store"\} 1$/m);
  expect(await text('/livez')).toBe('ok\n');
  expect(await text('/readyz')).toBe('ok  store\nready\n');
});

/** A pause is a span too, whatever it is called. */
function pausesOf(spans: readonly { name: string; attributes: Readonly<Record<string, unknown>> }[]): string[] {
  return spans.filter(({ attributes }) => attributes['hero.span_kind'] === 'pause').map(({ name }) => name);
}

it('a wrong endpoint or share is one line that names the variable', async () => {
  const cases = [
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'nonsense'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
  ] as const;
  for (const [variable, value] of cases) {
    const { code, stderr } = await command(process.execPath, [BIN, 'dev', '--port', '0'], {
      env: { ...run.env, [variable]: value },
    });
    expect(code).toBe(2);
    expect(stderr).toContain(variable);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  }
});
