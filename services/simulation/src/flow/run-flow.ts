/**
 * A play as the Python SDK would run it, in the same order of events: what is recorded is not run again, a body starts only when
 * what came before is durable, a pause without an answer ends the process. Its output names every value by the path of its operation.
 */

import type { Clock } from '@hero-logic/platform';
import type { Op } from './program.ts';
import type { Answered, Wire } from './wire.ts';

export interface FlowRun {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly versionSid: string;
  /** Outputs by step key. */
  readonly recorded: ReadonlyMap<string, string>;
  /** By resume id. */
  readonly answers: ReadonlyMap<string, Answered>;
  /** The body of a step runs: gives its value, never the same twice. */
  readonly work: (stepKey: string) => string;
  /** A sleep is over that was asked for so long. */
  readonly onSlept: (resumeId: string, ms: number) => void;
}

export type Values = Record<string, unknown>;

const ROOT = 'root';
const EXIT = { ok: 0, failed: 1, waiting: 75 } as const;
/** A longer delay of a retry suspends the play. */
const SUSPEND_OVER_MS = 10_000;

class Waiting extends Error {}
class StepFailed extends Error {}

/** The exit code. */
export async function runFlow(run: FlowRun, ops: readonly Op[]): Promise<number> {
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
    if (!(error instanceof StepFailed)) throw error;
    const problem = { type: 'StepFailed', message: error.message, traceback: '' };
    await wire.acked(endSpan(run, ROOT, { status: 'failed', error: problem }));
    return EXIT.failed;
  }
  wire.send({ event: 'step_output', step_key: key, span_id: ROOT, name: 'main', output: JSON.stringify(values) });
  await wire.acked(endSpan(run, ROOT, { status: 'ok' }));
  return EXIT.ok;
}

function keyOf({ versionSid }: FlowRun, path: string): string {
  return `${versionSid}|${path}`;
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
  else if (op.op === 'ask') values[path] = await ask(run, op, path);
  else if (op.op === 'sleep') await sleep(run, op.ms, path);
  else if (op.op === 'spawn') values[path] = await spawn(run, { workflow: op.workflow }, path);
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

async function ask(run: FlowRun, op: Op & { op: 'ask' }, path: string): Promise<unknown> {
  const answer = await pause(run, path, {
    kind: 'answer',
    has_default: op.hasDefault,
    default_payload: op.hasDefault ? '"default"' : '',
    ...(op.timeoutMs === undefined ? {} : { timeout_ms: op.timeoutMs }),
  });
  return answer.expired === true ? 'expired' : JSON.parse(answer.payload ?? 'null');
}

async function sleep(run: FlowRun, ms: number, path: string): Promise<void> {
  await pause(run, path, { kind: 'timer', has_default: false, timeout_ms: ms });
  run.onSlept(path, ms);
}

interface Child {
  readonly workflow: string;
  readonly group?: string;
  readonly group_limit?: number;
}

async function spawn(run: FlowRun, child: Child, path: string): Promise<unknown> {
  const { payload = 'null' } = await pause(run, path, { kind: 'child', has_default: false, input: '{}', ...child });
  return JSON.parse(payload);
}

async function fanOut(run: FlowRun, op: Op & { op: 'fan' }, path: string, values: Values): Promise<void> {
  const group = { workflow: op.workflow, group: path, group_limit: op.limit };
  const ends = await Promise.allSettled(
    Array.from({ length: op.count }, async (_, i) => {
      values[`${path}.${i}`] = await spawn(run, group, `${path}.${i}`);
    }),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function pause(run: FlowRun, path: string, what: object): Promise<Answered> {
  const known = run.answers.get(path);
  if (known !== undefined) return known;
  const { wire, clock } = run;
  wire.send({ event: 'span_start', span_id: path, parent_id: ROOT, name: path, kind: 'pause', at_ms: clock.now() });
  await wire.outputsAcked();
  await wire.acked(wire.send({ event: 'pause', resume_id: path, name: path, span_id: path, ...what }));
  const answer = wire.answerOf(path);
  if (answer === undefined) {
    endSpan(run, path, { status: 'awaiting_resume' });
    throw new Waiting(path);
  }
  endSpan(run, path, { status: 'ok' });
  return answer;
}
