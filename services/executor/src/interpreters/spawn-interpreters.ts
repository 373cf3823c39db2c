/**
 * The fallback where processes cannot be forked into a sandbox: an ordinary `python3 -m hero_tracing.run` per play,
 * **without isolation** (tier D). Its socket is bound before the spawn; it leads a process group of its own, which ends
 * with it. CPU and memory limits hold as far as the shell's `ulimit` knows them. 50 times slower than a hot spare.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Interpreter,
  InterpreterJob,
  InterpreterPolicy,
  Interpreters,
  InterpretersOptions,
  StagedFiles,
} from './interpreter.ts';
import { MAX_LINE_BYTES } from './lines.ts';
import { createPlayConnection, createPlayServer, type PlayConnection } from './play-connection.ts';
import { playEnvironment } from './play-environment.ts';
import { findPython } from './python.ts';
import { createOutputBuffer, createSocketFolder, createWorkFolders } from './work-folders.ts';

const MISSING = ['isolation: plays run as plain processes with all rights of the executor'];
/** How long after its exit a play's connection may still arrive, and how long one may then stay open. */
const CONNECT_GRACE_MS = 100;
const CLOSE_GRACE_MS = 2_000;
/** Limits, then the command. What this shell or system does not know is skipped. */
const LIMITED =
  'ulimit -c 0; ulimit -S -t "$1" && ulimit -H -t $(($1 + 1)); ulimit -d "$2" 2>/dev/null; shift 2; exec "$@"';

interface Running extends Interpreter {
  /** Closes what a play that was never started holds. */
  abandon(): void;
}

export async function createSpawnInterpreters(options: InterpretersOptions): Promise<Interpreters> {
  const python = await findPython(options.python);
  const folders = createWorkFolders({ dir: options.dir, log: options.log });
  const sockets = await createSocketFolder(options.dir);
  const running = new Set<Running>();
  let forked = 0;
  options.log.warn({ missing: MISSING }, 'plays run without a sandbox');

  async function release(interpreter: Running): Promise<void> {
    if (!running.delete(interpreter)) return;
    interpreter.abandon();
    interpreter.resume();
    interpreter.kill('KILL');
    await interpreter.ended;
    await folders.remove(interpreter.dir);
  }

  return {
    tier: 'D',
    missing: MISSING,
    canHosts: false,
    async take(policy) {
      const id = randomBytes(8).toString('hex');
      forked += 1;
      const play = { id, dir: folders.create(id), socketPath: sockets.path(id), python, policy, options };
      const interpreter = await createInterpreter(play);
      running.add(interpreter);
      return interpreter;
    },
    stats: () => ({ hot: 0, running: running.size, forked }),
    async release(interpreter) {
      await release(interpreter as Running);
    },
    async close() {
      await Promise.all([...running].map(release));
      await Promise.all([folders.removeAll(), sockets.remove()]);
    },
  };
}

async function createInterpreter(play: {
  id: string;
  dir: string;
  socketPath: string;
  python: string;
  policy: InterpreterPolicy;
  options: InterpretersOptions;
}): Promise<Running> {
  const { id, dir, socketPath, options } = play;
  const maxLineBytes = options.maxLineBytes ?? MAX_LINE_BYTES;
  const connected = Promise.withResolvers<PlayConnection | null>();
  const ended = Promise.withResolvers<Awaited<Interpreter['ended']>>();
  const output = createOutputBuffer();
  let child: ChildProcess | undefined;
  let connection: PlayConnection | undefined;
  let listener: ((lines: string[]) => void) | undefined;
  let outputClosed: Promise<unknown> = Promise.resolve();
  let isOver = false;
  /** It has its job, and files are on their way. */
  let isWaiting = false;

  const server = createPlayServer((socket) => {
    if (connection) {
      socket.destroy(); // one play, one connection
      return;
    }
    connection = createPlayConnection({
      socket,
      maxLineBytes,
      onTooLong() {
        output.push(Buffer.from(`a line was longer than ${maxLineBytes} bytes: the play was killed\n`));
        kill('KILL');
      },
    });
    connection.onLines(listener);
    connected.resolve(connection);
  });
  server.listen(socketPath);
  await once(server, 'listening');

  /** To the whole group: an unsandboxed play may have children. */
  function kill(signal: 'TERM' | 'KILL'): void {
    if (isWaiting) {
      isWaiting = false;
      void finish(null, `SIG${signal}`);
    }
    if (!child?.pid || isOver) return;
    try {
      process.kill(-child.pid, `SIG${signal}`);
    } catch {
      // already gone
    }
  }

  async function finish(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    kill('KILL');
    isOver = true;
    setTimeout(() => connected.resolve(null), CONNECT_GRACE_MS);
    const last = await connected.promise;
    server.close();
    if (last) {
      // A process that left the group can hold the connection open.
      const timer = setTimeout(() => last.destroy(), CLOSE_GRACE_MS);
      await last.closed;
      clearTimeout(timer);
    }
    await Promise.race([outputClosed, sleep(CLOSE_GRACE_MS, undefined, { ref: false })]);
    const number = signal === null ? null : os.signals[signal];
    ended.resolve({ code, signal: number, cpuMs: 0, maxRssKb: 0, output: output.text() });
  }

  function onLines(next: (lines: string[]) => void): void {
    listener = next;
    connection?.onLines(next);
  }

  function start(job: InterpreterJob): void {
    if (job.staging === undefined) begin(job);
    else void beginLater(job, job.staging);
  }

  async function beginLater(job: InterpreterJob, staging: Promise<StagedFiles>): Promise<void> {
    isWaiting = true;
    try {
      const { env } = await staging;
      if (isWaiting) begin({ ...job, env: { ...job.env, ...env } });
    } catch {
      // The run ends the process.
    }
  }

  function begin(job: InterpreterJob): void {
    isWaiting = false;
    if (job.source !== undefined) writeFileSync(join(dir, 'flow.py'), job.source, { mode: 0o644 });
    const sdkPath = [options.sdkPath, play.policy.packages?.dir].filter(Boolean).join(':');
    const env = playEnvironment({ dir, sdkPath, socket: socketPath, job: job.env });
    const cpuS = Math.min(play.policy.cpuS, job.limits?.cpuS ?? play.policy.cpuS);
    const memoryMb = Math.min(play.policy.memoryMb, job.limits?.memoryMb ?? play.policy.memoryMb);
    const command = [play.python, '-s', '-B', '-m', 'hero_tracing.run'];
    const args = ['-c', LIMITED, 'sh', String(cpuS), String(memoryMb * 1024), ...command];
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    const started = spawn('/bin/sh', args, { cwd: dir, env, stdio, detached: true });
    child = started;
    started.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    started.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    started.once('error', (error) => {
      output.push(Buffer.from(`the play cannot be started: ${error.message}\n`));
      void finish(71, null);
    });
    outputClosed = new Promise((resolve) => started.once('close', resolve));
    started.once('exit', (code, signal) => void finish(code, signal));
  }

  return {
    id,
    dir,
    tier: 'D',
    proxyToken: '',
    start,
    send: (line) => connection?.send(JSON.stringify(line)),
    ack: (seq) => connection?.send(`{"ack": ${seq}}`),
    onLines,
    onLine: (next) => onLines((lines) => lines.forEach(next)),
    hungUp: ended.promise,
    saidAll: () => {},
    ended: ended.promise,
    kill,
    pause: () => connection?.pause(),
    resume: () => connection?.resume(),
    abandon() {
      if (!child) void finish(null, null);
    },
  };
}
