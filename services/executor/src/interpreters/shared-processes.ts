/**
 * Isolation `version`: plays of one version have one sandboxed process, one after the other. Over a pool that makes the processes.
 *
 * - A play that says for whom it shares (`sharedBy`) takes a process that has served the same text before and is free now, else a new one.
 *   Two plays never have a process at the same time, and a process never serves two texts.
 * - A process serves on after a play only if it says so itself, when it has put back what the play had changed
 *   (`_serve.py`). It ends after `playsAtMost` plays, `ageMs`, `idleMs` without a play, any failure, and any kill.
 * - At most `idleAtMost` wait for a play; what has waited longest makes room.
 * - A play that is over is forgotten, also while its process serves on: what tells of the process tells the play that has it now.
 * - A process that dies between two plays, or under one of which it has said nothing yet, is no fault of the play: it counts as lost.
 */

import type { Interpreter, InterpreterEnd, Interpreters } from './interpreter.ts';
import { emptyForNext, readOutput } from './work-folders.ts';

const PLAYS_AT_MOST = 1000;
const AGE_MS = 10 * 60_000;
const IDLE_MS = 60_000;
const SERVED = '{"served":';

export interface SharedProcessesOptions {
  readonly base: Interpreters;
  readonly idleAtMost: number;
  readonly playsAtMost?: number;
  readonly ageMs?: number;
  readonly idleMs?: number;
  /** Milliseconds of any clock that only grows. */
  readonly now?: () => number;
}

interface SharedProcess {
  readonly process: Interpreter;
  readonly sharedBy: string;
  readonly bornAt: number;
  plays: number;
  /** Of the plays before. */
  cpuMs: number;
  /** Something came that nobody asked for, or somebody wanted it dead. */
  isSpent: boolean;
  isGone: boolean;
  idle: NodeJS.Timeout | undefined;
  /** What the process has written, once it let go of the wire. */
  lastWords: Words | undefined;
  /** Of the play that has it now. */
  hears: { lastWords(words: Words): void; end(end: InterpreterEnd): void } | undefined;
}

type Words = Awaited<Interpreter['hungUp']>;

interface Turn {
  readonly shared: SharedProcess;
  readonly interpreter: Interpreter;
  /** The process has said that it can serve another. */
  readonly isServed: () => boolean;
}

export function createSharedProcesses(options: SharedProcessesOptions): Interpreters {
  const { base, idleAtMost, playsAtMost = PLAYS_AT_MOST, ageMs = AGE_MS, idleMs = IDLE_MS } = options;
  const now = options.now ?? (() => performance.now());
  const turns = new Map<Interpreter, Turn>();
  /** Oldest first. */
  const waiting = new Set<SharedProcess>();
  let isClosing = false;

  function newestOf(sharedBy: string): SharedProcess | undefined {
    return [...waiting].findLast((shared) => shared.sharedBy === sharedBy && canServe(shared));
  }

  function canServe({ isSpent, isGone, plays, bornAt }: SharedProcess): boolean {
    return !isSpent && !isGone && plays < playsAtMost && now() - bornAt < ageMs;
  }

  async function end(shared: SharedProcess): Promise<void> {
    clearTimeout(shared.idle);
    waiting.delete(shared);
    await base.release(shared.process);
  }

  function wait(shared: SharedProcess): void {
    waiting.add(shared);
    // A failure to end one process is the pool's to report; it is gone from here.
    const leave = () => void end(shared).catch(() => {});
    shared.idle = setTimeout(leave, idleMs);
    shared.idle.unref();
    for (const oldest of waiting) {
      if (waiting.size <= idleAtMost) return;
      void end(oldest).catch(() => {});
    }
  }

  return {
    tier: base.tier,
    missing: base.missing,
    canHosts: base.canHosts,
    async take(policy) {
      const { sharedBy } = policy;
      if (sharedBy === undefined) return base.take(policy);
      let shared = newestOf(sharedBy);
      if (shared === undefined) shared = ofProcess(await base.take(policy), sharedBy, now());
      clearTimeout(shared.idle);
      waiting.delete(shared);
      const turn = createTurn(shared);
      turns.set(turn.interpreter, turn);
      return turn.interpreter;
    },
    expect: () => base.expect?.(),
    stats() {
      const { hot, running, forked } = base.stats();
      return { hot, running: running - waiting.size, forked };
    },
    async release(interpreter) {
      const turn = turns.get(interpreter);
      if (turn === undefined) return base.release(interpreter);
      turns.delete(interpreter);
      const { shared } = turn;
      shared.process.resume();
      const mayServe = !isClosing && turn.isServed() && canServe(shared);
      if (mayServe && emptyForNext(shared.process.dir)) wait(shared);
      else await end(shared);
    },
    async close() {
      isClosing = true;
      for (const { idle } of waiting) clearTimeout(idle);
      waiting.clear();
      await base.close();
    },
  };
}

function ofProcess(process: Interpreter, sharedBy: string, bornAt: number): SharedProcess {
  const shared: SharedProcess = {
    ...{ process, sharedBy, bornAt, plays: 0, cpuMs: 0 },
    ...{ isSpent: false, isGone: false, idle: undefined, lastWords: undefined, hears: undefined },
  };
  // Once for all its plays: a promise keeps whoever waits for it, and this one outlives them.
  void process.hungUp.then((words) => {
    shared.lastWords = words;
    shared.hears?.lastWords(words);
  });
  void process.ended.then((end) => {
    shared.isGone = true;
    shared.hears?.end(end);
  });
  return shared;
}

/** One play's time with the process, which looks like a process of its own. */
function createTurn(shared: SharedProcess): Turn {
  const { process } = shared;
  const hungUp = Promise.withResolvers<Words>();
  const ended = Promise.withResolvers<InterpreterEnd>();
  let listener: ((lines: string[]) => void) | undefined;
  let isServed = false;
  let isSilent = true;
  shared.plays += 1;
  shared.hears = {
    lastWords: hungUp.resolve,
    end(end) {
      const isLost = isSilent && shared.plays > 1;
      if (isLost) ended.resolve({ code: null, signal: 9, cpuMs: 0, maxRssKb: 0, output: '' });
      else ended.resolve({ ...end, cpuMs: Math.max(0, end.cpuMs - shared.cpuMs) });
    },
  };
  if (shared.lastWords !== undefined) hungUp.resolve(shared.lastWords);

  process.onLines((lines) => {
    if (isServed) {
      shared.isSpent = true;
      return;
    }
    const at = lines.findIndex((line) => line.startsWith(SERVED));
    if (at < lines.length - 1 && at >= 0) shared.isSpent = true;
    const own = at < 0 ? lines : lines.slice(0, at);
    if (own.length > 0) isSilent = false;
    if (own.length > 0) listener?.(own);
    if (at < 0) return;
    isServed = true;
    listener = undefined;
    shared.hears = undefined;
    const end = servedEnd(lines[at] ?? '', readOutput(process.dir));
    shared.cpuMs += end.cpuMs;
    hungUp.resolve({ output: end.output });
    ended.resolve(end);
  });

  return {
    shared,
    isServed: () => isServed,
    interpreter: {
      id: `${process.id}-${shared.plays}`,
      dir: process.dir,
      tier: process.tier,
      proxyToken: process.proxyToken,
      start: (job) => process.start({ ...job, serve: true }),
      send: (line) => process.send(line),
      ack: (seq) => process.ack(seq),
      onLines(next) {
        listener = next;
      },
      onLine(next) {
        listener = (lines) => lines.forEach(next);
      },
      hungUp: hungUp.promise,
      ended: ended.promise,
      saidAll: () => {}, // it says itself when it is ready for the next play
      kill(signal) {
        // It may reach the process when this play is over already.
        shared.isSpent = true;
        if (!isServed) process.kill(signal);
      },
      pause: () => process.pause(),
      resume: () => process.resume(),
    },
  };
}

/** The line is the play's word, as everything on its wire. */
function servedEnd(line: string, output: string): InterpreterEnd {
  const whole = (value: unknown) => (Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : 0);
  try {
    const { served } = JSON.parse(line) as { served: Record<string, unknown> };
    return {
      code: whole(served.code),
      signal: null,
      cpuMs: whole(served.cpu_ms),
      maxRssKb: whole(served.max_rss_kb),
      output,
    };
  } catch {
    return { code: 1, signal: null, cpuMs: 0, maxRssKb: 0, output };
  }
}
