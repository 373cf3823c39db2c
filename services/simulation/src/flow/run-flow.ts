/**
 * A play as the Python SDK would run it, in the same order of events: what is recorded is not run again, a body starts only when
 * what came before is durable, a pause without an answer ends the process. Its output names every value by the path of its operation.
 */

import { type FlowRun, keyOf, type Lane, ROOT, type Values, Waiting } from './flow-run.ts';
import type { Op } from './program.ts';
import { race, recordedWaits } from './race.ts';
import type { Answered } from './wire.ts';

const EXIT = { ok: 0, failed: 1, waiting: 75 } as const;
/** A longer delay of a retry suspends the play. */
const SUSPEND_OVER_MS = 10_000;

class StepFailed extends Error {}
class PlayRefused extends Error {}

/** The exit code. */
export async function runFlow(process: Omit<FlowRun, 'waits'>, ops: readonly Op[]): Promise<number> {
  const run: FlowRun = { ...process, waits: recordedWaits(process.recorded) };
  const { wire } = run;
  const root = { span_id: ROOT, parent_id: '', name: 'main', kind: 'flow_root', at_ms: run.clock.now() };
  const key = keyOf(run, ROOT);
  if (run.recorded.has(key)) {
    await wire.acked(wire.send({ event: 'span_start', ...root, replayed: true }));
    return EXIT.ok;
  }
  wire.send({ event: 'span_start', ...root, input: '{}' });
  const values: Values = {};
  try {
    await runOps(run, ops, 'o', values);
  } catch (error) {
    if (error instanceof Waiting) {
      await wire.outputsAcked();
      return EXIT.waiting;
    }
    if (!(error instanceof StepFailed || error instanceof PlayRefused)) throw error;
    const problem = { type: error.constructor.name, message: error.message, traceback: '' };
    await wire.acked(endSpan(run, ROOT, { status: 'failed', error: problem }));
    return EXIT.failed;
  }
  wire.send({ event: 'step_output', step_key: key, span_id: ROOT, name: 'main', output: JSON.stringify(values) });
  await wire.acked(endSpan(run, ROOT, { status: 'ok' }));
  return EXIT.ok;
}

function endSpan({ wire, clock }: FlowRun, spanId: string, how: object): number {
  return wire.send({ event: 'span_end', span_id: spanId, at_ms: clock.now(), ...how });
}

async function runOps(run: FlowRun, ops: readonly Op[], at: string, values: Values): Promise<void> {
  for (const [index, op] of ops.entries()) await runOp(run, op, `${at}.${index}`, values);
}

async function runOp(run: FlowRun, op: Op, path: string, values: Values): Promise<void> {
  if (op.op === 'step') values[path] = await runStep(run, op, path);
  else if (op.op === 'branch') await runBranches(run, op.branches, path, values);
  else if (op.op === 'race') await race(run, op, path, { values, runOps });
  else if (op.op === 'ask') await ask(run, op, path, values);
  else if (op.op === 'sleep') await sleep(run, op.ms, path);
  else if (op.op === 'spawn') await spawn(run, { workflow: op.workflow }, path, values);
  else await fanOut(run, op, path, values);
}

async function runStep(run: FlowRun, op: Op & { op: 'step' }, path: string): Promise<unknown> {
  const { wire, clock, recorded } = run;
  const key = keyOf(run, path);
  const span = { event: 'span_start', span_id: path, parent_id: ROOT, name: path, kind: 'step' };
  const known = recorded.get(key);
  if (known !== undefined) {
    wire.send({ ...span, at_ms: clock.now(), replayed: true });
    return JSON.parse(known);
  }
  for (let attempt = 1; ; attempt++) {
    const retryKey = `${key}@${attempt}`;
    if (!recorded.has(retryKey)) {
      wire.send({ ...span, at_ms: clock.now(), attempt, input: '[]' });
      await wire.outputsAcked();
      await clock.sleep(op.ms);
      const value = run.work(attempt > op.fails ? key : retryKey);
      if (attempt > op.fails) {
        wire.send({ event: 'step_output', step_key: key, span_id: path, name: path, output: value });
        endSpan(run, path, { status: 'ok' });
        return JSON.parse(value);
      }
      if (attempt > op.retries) {
        endSpan(run, path, { status: 'failed' });
        throw new StepFailed(`${path} failed ${attempt} times`);
      }
      wire.send({ event: 'step_output', step_key: retryKey, span_id: path, name: 'flow.retry', output: value });
    }
    if (op.delayMs > SUSPEND_OVER_MS) await sleep(run, op.delayMs, `${path}@${attempt}`);
    else await clock.sleep(op.delayMs);
  }
}

/** Each runs to its end or its pause; then the first thing that is not an end counts. */
async function runBranches(
  run: FlowRun,
  branches: readonly (readonly Op[])[],
  path: string,
  values: Values,
): Promise<void> {
  const ends = await Promise.allSettled(branches.map((ops, i) => runOps(run, ops, `${path}.${i}`, values)));
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
  const first = failures.find((error) => !(error instanceof Waiting)) ?? failures[0];
  if (first !== undefined) throw first;
}

// A question and a sleep are the same on every version of the flow; a child belongs to the version that started it.
const idOf = {
  ask: (path: string) => `ask:${path}`,
  sleep: (path: string) => `sleep:${path}`,
  child: (run: FlowRun, path: string) => `child:${keyOf(run, path)}`,
};

async function ask(run: FlowRun, op: Op & { op: 'ask' }, path: string, values: Values): Promise<void> {
  const id = idOf.ask(path);
  const answer = await pause(run, id, {
    kind: 'answer',
    has_default: op.hasDefault,
    default_payload: op.hasDefault ? '"default"' : '',
    ...(op.timeoutMs === undefined ? {} : { timeout_ms: op.timeoutMs }),
  });
  values[id] = answer.expired === true ? 'expired' : JSON.parse(answer.payload ?? 'null');
}

async function sleep(run: FlowRun, ms: number, path: string): Promise<void> {
  const id = idOf.sleep(path);
  await pause(run, id, { kind: 'timer', has_default: false, timeout_ms: ms });
  run.onSlept(id, ms);
}

interface Child {
  readonly workflow: string;
  readonly group?: string;
  readonly group_limit?: number;
}

async function spawn(run: FlowRun, child: Child, path: string, values: Values): Promise<void> {
  const id = idOf.child(run, path);
  const { payload = 'null' } = await pause(run, id, { kind: 'child', has_default: false, input: '{}', ...child });
  values[id] = JSON.parse(payload);
}

/** In a race it pauses as a whole: its children are awaited together. */
async function fanOut({ lane, ...run }: FlowRun, op: Op & { op: 'fan' }, path: string, values: Values): Promise<void> {
  const asked: FlowRun = lane === undefined ? run : { ...run, lane: { announce: lane.announce, waitBeside: leave } };
  const group = { workflow: op.workflow, group: keyOf(run, path), group_limit: op.limit };
  const ends = await Promise.allSettled(
    Array.from({ length: op.count }, (_, i) => spawn(asked, group, `${path}.${i}`, values)),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

const leave: Lane['waitBeside'] = () => Promise.reject(new Waiting());

async function pause(run: FlowRun, id: string, what: object): Promise<Answered> {
  const known = run.answers.get(id);
  if (known !== undefined) return known;
  const { wire, clock, lane } = run;
  wire.send({ event: 'span_start', span_id: id, parent_id: ROOT, name: id, kind: 'pause', at_ms: clock.now() });
  await lane?.announce(id);
  await wire.outputsAcked();
  const askNow = async () => {
    await wire.acked(wire.send({ event: 'pause', resume_id: id, name: id, span_id: id, ...what }));
    return wire.answerOf(id);
  };
  const answer =
    (await askNow()) ?? (await lane?.waitBeside(askNow).catch((error: unknown) => leaving(run, id, error)));
  if (answer === undefined) throw leaving(run, id, new Waiting(id));
  endSpan(run, id, { status: answer.error === undefined ? 'ok' : 'failed' });
  if (answer.error !== undefined) throw new PlayRefused(answer.error);
  return answer;
}

/** Its span says that it waits. */
function leaving(run: FlowRun, id: string, error: unknown): never {
  if (error instanceof Waiting) endSpan(run, id, { status: 'awaiting_resume' });
  throw error;
}
