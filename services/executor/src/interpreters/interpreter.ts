/**
 * A play runs in one Python process, an interpreter. The executor takes one from the pool, stages the files of the
 * play in `dir`, starts it, and talks to it in JSON lines (docs/wire.md). Two kinds exist: children of a zygote, locked
 * down before they know their play (`zygote-interpreters.ts`), and plain spawned processes (`spawn-interpreters.ts`).
 *
 * Order of use: take -> stage files in `dir` -> onLines -> start -> send / kill -> ended -> release. Files may come after the start
 * (`staging`).
 */

import type { Network } from '../domain/limits.ts';
import type { Environment } from '../packages/environments.ts';

/** What a finished process leaves behind. `code` is null when a signal ended it, and the other way round. */
export interface InterpreterEnd {
  code: number | null;
  signal: number | null;
  /** User plus system time. 0 where the kernel's account is not at hand (a lost zygote, a spawned process). */
  cpuMs: number;
  maxRssKb: number;
  /** What was written to file descriptors 1 and 2 directly, cut at 64 KiB, plus notes of the executor itself. */
  output: string;
}

export interface InterpreterJob {
  env: Record<string, string>;
  /** What `flow.py` holds: the process writes it into its work folder. Absent = it is staged there as other files are. */
  source?: string;
  /**
   * Files that are still being staged in `dir`: the process begins meanwhile, and runs nothing of the play before they are there.
   * Absent = all are there. Where it rejects the play never begins; whoever has made it says so.
   */
  staging?: Promise<StagedFiles>;
  /** Lower limits than those it was taken with; higher ones have no effect. */
  limits?: { cpuS?: number; memoryMb?: number };
  /**
   * More jobs may follow. The process says so when it is ready for the next (docs/wire.md section 7); one that has failed, or that
   * cannot do it, ends as any other. Only `shared-processes.ts` asks for it.
   */
  serve?: boolean;
}

/** What was staged beside `flow.py`. */
export interface StagedFiles {
  readonly hasFiles: boolean;
  /** Names the files; joins `env`. */
  readonly env: Readonly<Record<string, string>>;
}

/** One play process. */
export interface Interpreter {
  readonly id: string;
  /**
   * The work folder, empty when taken: stage the replay files here, before `start` or as its job says. The play may be
   * another user, so files must be readable by others (mode 644).
   */
  readonly dir: string;
  /** The sandbox tier it runs in (docs/security.md). */
  readonly tier: string;
  /** In front of all its connections to the proxy; '' = it has none. */
  readonly proxyToken: string;
  /** Hands over the job, once. */
  start(job: InterpreterJob): void;
  /** Sends one JSON line; does nothing once the connection is gone. */
  send(line: object): void;
  /** Sends an acknowledgement: cheaper than `send`. */
  ack(seq: number): void;
  /** The lines of the play in order, without line ends, one call per chunk read. Register before `start`. */
  onLines(listener: (lines: string[]) => void): void;
  /** As `onLines`, line by line. */
  onLine(listener: (line: string) => void): void;
  /**
   * Settles (never rejects), with what `output` would be so far, once the socket is at EOF and every line was delivered, or `saidAll`
   * was called. The exit may not be known yet: the kernel takes a process apart for milliseconds. Not while paused.
   */
  readonly hungUp: Promise<{ output: string }>;
  /** Settles (never rejects) once the socket is at EOF, the exit is known, and every line was delivered. Not while paused. */
  readonly ended: Promise<InterpreterEnd>;
  /** No line counts any more: `hungUp` need not wait for the process to close the socket. */
  saidAll(): void;
  /** Does nothing when the process is gone. */
  kill(signal: 'TERM' | 'KILL'): void;
  /** Stops reading from the play: it blocks when the socket is full. */
  pause(): void;
  resume(): void;
}

/** The class of limits that an interpreter is taken with. */
export interface InterpreterPolicy {
  network: Network;
  cpuS: number;
  memoryMb: number;
  /** 0 or absent = as the sandbox has it, as for the two below. */
  diskMb?: number;
  openFiles?: number;
  threads?: number;
  /** The packages that the play may import; absent = none. */
  packages?: Environment | undefined;
  /** Plays with the same text here may have the same process, one after the other; absent = a process of its own. */
  sharedBy?: string | undefined;
}

export interface InterpreterStats {
  /** Locked down, warm and waiting for a play. */
  hot: number;
  running: number;
  /** Processes started since boot. */
  forked: number;
}

/** The pool. */
export interface Interpreters {
  readonly tier: string;
  /** The layers of the sandbox that this machine does not give, each with its reason. */
  readonly missing: string[];
  /** Whether network `hosts` can be enforced here. */
  readonly canHosts: boolean;
  take(policy: InterpreterPolicy): Promise<Interpreter>;
  /** A play may come in a moment, or may not: the process that it would get makes itself ready. Absent = there is none to do so. */
  expect?(): void;
  stats(): InterpreterStats;
  /** Ends the process if it still runs, removes its work folder and refills the spares. */
  release(interpreter: Interpreter): Promise<void>;
  /** Ends every process and removes what the pool wrote. */
  close(): Promise<void>;
}

export interface InterpreterLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface InterpretersOptions {
  /** The interpreter's path; empty: found (`python.ts`). */
  python?: string;
  /** The folder that holds the package `hero_tracing`. */
  sdkPath: string;
  /** Holds the work folders; created when missing. Of one pool alone. */
  dir: string;
  /** Plays that run at the same time. */
  slots: number;
  /** Interpreters kept hot; twice the slots when left out. */
  spares?: number;
  /** Where plays with network `hosts` find the proxy; absent = nowhere. */
  proxyPort?: number | undefined;
  /** The best tier to use where the machine gives more: for tests and comparisons. */
  mostTier?: string | undefined;
  log: InterpreterLog;
  /** Bytes of a line from a play above which it is killed. 24 MiB. */
  maxLineBytes?: number;
  /** A folder of packages that its plays may import; absent = none. */
  packages?: string | undefined;
  /** Plays per zygote, then it is drained and replaced. 0: never. */
  recycleAfter?: number;
}
