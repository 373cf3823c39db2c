/**
 * How a run has ended, decided from the facts alone. Pure: the one place that knows what exit codes, signals, limits and
 * stops mean for a play.
 */

import { documentProblem } from '@hero-logic/platform';
import { tailOf } from './cut.ts';
import type { Limits } from './limits.ts';
import type { FlowError, SpanStatus } from './span.ts';
import type { Closing } from './span-tree.ts';

/** Why the executor stopped a run itself; 'terminate' = a cancel without grace, 'release' = it goes back to pending, 'line' = a line of it was longer than it may be. */
export type StopReason = 'cancel' | 'terminate' | 'wall' | 'release' | 'line';

export interface RunFacts {
  /** Absent when no process was ever started. */
  readonly exit?: { readonly code: number | null; readonly signal: string | null } | undefined;
  readonly stopped?: StopReason | undefined;
  readonly limits: Limits;
  readonly cpuMs: number;
  readonly maxRssKb: number;
  /** Recorded output of the entry flow. */
  readonly rootOutput?: string | undefined;
  /** The entry flow has started in this run. */
  readonly hasRootStarted: boolean;
  readonly rootError?: FlowError | undefined;
  /** Pauses that were recorded in this run and left unanswered. */
  readonly openPauses: number;
  /** Lines that were no events. */
  readonly unreadable: number;
  /** The end of what it wrote to stderr, and notes of the sandbox. */
  readonly stderr: string;
}

export type Outcome = 'success' | 'failed' | 'timed_out' | 'cancelled' | 'awaiting_resume' | 'released';

export interface Decision {
  readonly outcome: Outcome;
  readonly output?: string | undefined;
  readonly error?: FlowError | undefined;
}

const EXIT_NO_FLOW = 2;
/** How the SDK words it on the root span. */
const NO_ENTRY = 'NoEntry';
const EXIT_SOCKET_DIED = 74;
const EXIT_AWAITING_RESUME = 75;

export function decideOutcome(facts: RunFacts): Decision {
  if (facts.stopped === 'cancel' || facts.stopped === 'terminate') return { outcome: 'cancelled' };
  if (facts.stopped === 'line') return overLine(facts);
  const { exit } = facts;
  if (exit === undefined) return facts.stopped === 'wall' ? overWall(facts) : { outcome: 'released' };
  if (exit.code === 0 && facts.rootOutput !== undefined) return success(facts.rootOutput);
  if (exit.code === EXIT_AWAITING_RESUME && facts.openPauses > 0) return { outcome: 'awaiting_resume' };
  if (facts.stopped === 'wall') return overWall(facts);
  if (facts.stopped === 'release') return { outcome: 'released' };
  return exit.signal !== null ? endedBySignal(facts, exit.signal) : endedByCode(facts, exit.code);
}

/** How the spans that are still open end with this decision. */
export function closingOf(decision: Decision, atMs: number): Closing {
  const open: Record<Outcome, SpanStatus> = {
    success: 'cancelled',
    failed: 'failed',
    timed_out: 'timed_out',
    cancelled: 'cancelled',
    awaiting_resume: 'awaiting_resume',
    released: 'pending',
  };
  const goesOn = decision.outcome === 'awaiting_resume' || decision.outcome === 'released';
  return {
    open: open[decision.outcome],
    waiting: goesOn ? undefined : 'cancelled',
    atMs,
    error: decision.error,
  };
}

function success(output: string): Decision {
  const problem = documentProblem(output);
  if (problem === undefined) return { outcome: 'success', output };
  return failed('InvalidOutput', `the output of the play ${problem}`);
}

function overWall({ limits }: RunFacts): Decision {
  const message = `the play ran longer than it may: limit wall_ms is ${limits.wallMs}`;
  return { outcome: 'timed_out', error: flowError('WallTimeLimit', message) };
}

function overCpu({ limits }: RunFacts): Decision {
  const message = `the play used more CPU time than it may: limit cpu_s is ${limits.cpuS}`;
  return { outcome: 'timed_out', error: flowError('CpuTimeLimit', message) };
}

function overLine({ limits }: RunFacts): Decision {
  return failed(
    'LineTooLong',
    `the play said more at once than it may, in a span, a log line or an output: limit line_kb is ${limits.lineKb}`,
  );
}

function overMemory({ limits }: RunFacts, how: string, traceback = ''): Decision {
  const message = `the play used more memory than it may (${how}): limit memory_mb is ${limits.memoryMb}`;
  return { outcome: 'failed', error: flowError('MemoryLimit', message, traceback) };
}

function endedBySignal(facts: RunFacts, signal: string): Decision {
  const usedUp = facts.cpuMs >= facts.limits.cpuS * 1000;
  if (signal === 'SIGXCPU' || (signal === 'SIGKILL' && usedUp)) return overCpu(facts);
  // The kernel's account is missing when the sandbox itself went down: no fault of the play.
  if (signal === 'SIGKILL' && facts.cpuMs === 0 && facts.maxRssKb === 0) return { outcome: 'released' };
  const tail = tailOf(facts.stderr, TAIL);
  if (signal === 'SIGKILL' && tail === '') return overMemory(facts, 'it was killed');
  return failed(
    'Killed',
    `the process of the play was ended by ${signal}. ${fixOfSignal(signal, tail)}${lastWords(tail)}`,
  );
}

function endedByCode(facts: RunFacts, code: number | null): Decision {
  const { rootError, stderr } = facts;
  const tail = tailOf(stderr, TAIL);
  if (rootError?.type === 'MemoryError') return overMemory(facts, 'MemoryError', rootError.traceback);
  if (code === EXIT_NO_FLOW && (rootError?.type === NO_ENTRY || !facts.hasRootStarted)) {
    return failed('NoFlow', rootError?.message || tail || 'the source has no usable @flow');
  }
  if (rootError !== undefined) return { outcome: 'failed', error: withLimit(rootError, facts.limits) };
  if (code === EXIT_SOCKET_DIED) {
    return failed('SocketDied', `the play lost its connection to the executor. ${HANDS_OFF}${lastWords(tail)}`);
  }
  if (code === EXIT_AWAITING_RESUME) {
    const message = `the process left with exit code 75 (awaiting resume), but it waits for nothing. ${ASK_INSTEAD}`;
    return failed('NoPause', message);
  }
  if (/^MemoryError/m.test(tail)) return overMemory(facts, 'MemoryError', tail);
  if (code === 0 && facts.unreadable > 0) {
    return failed(
      'BrokenWire',
      `${unreadableLines(facts.unreadable)}, and with them the output of the flow is missing`,
    );
  }
  if (code === 0) {
    return failed('NoOutput', `the process left with exit code 0 before the flow had returned. ${RETURN_INSTEAD}`);
  }
  return failed('ExitCode', `the process left with exit code ${code}. ${RETURN_INSTEAD}${lastWords(tail)}`);
}

/** What Python says of a limit does not name it. */
function withLimit(error: FlowError, { diskMb, openFiles, threads }: Limits): FlowError {
  const { message } = error;
  const limit = (name: string, value: number) => ({
    ...error,
    message: `${message}: limit ${name} is ${value === 0 ? 'the default' : value}`,
  });
  if (/^\[Errno 2[78]\] /.test(message)) return limit('disk_mb', diskMb);
  if (/^\[Errno 24\] /.test(message)) return limit('open_files', openFiles);
  return message === "can't start new thread" ? limit('threads', threads) : error;
}

const TAIL = 2000;
/** What the author should change, after what has happened. */
const ASK_INSTEAD = 'That code is for the SDK: call flow.pause or flow.sleep to wait, and never os._exit';
const RETURN_INSTEAD =
  'Something in it has ended the process (os._exit, or a library that does): return the result instead, or raise flow.Failed(reason)';
const HANDS_OFF = "File descriptor 3 is the SDK's: a flow must not close it, read from it or write to it";

function fixOfSignal(signal: string, tail: string): string {
  if (/^a line was longer than/m.test(tail)) return HANDS_OFF;
  if (signal === 'SIGSEGV' || signal === 'SIGBUS' || signal === 'SIGILL' || signal === 'SIGFPE') {
    return 'Code outside Python has crashed: look at the calls through ctypes and at packages with compiled parts';
  }
  if (signal === 'SIGABRT')
    return 'It gave up by itself: look for os.abort, or a package with compiled parts that failed';
  if (signal === 'SIGSYS') return 'It made a system call that the sandbox does not permit: use plain Python for it';
  return 'If the flow sends it to itself (os.kill, signal.alarm), let it raise flow.Failed(reason) instead';
}

function lastWords(tail: string): string {
  return tail === '' ? '' : `. Its last words: ${tail}`;
}

/** Said of lines that the executor had to skip: they can only come from the flow's own hands. */
export function unreadableLines(count: number): string {
  const lines = count === 1 ? '1 line of the play' : `${count} lines of the play`;
  return `${lines} could not be read. ${HANDS_OFF}`;
}

function failed(type: string, message: string): Decision {
  return { outcome: 'failed', error: flowError(type, message) };
}

function flowError(type: string, message: string, traceback = ''): FlowError {
  return { type, message, traceback };
}
