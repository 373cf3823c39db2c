/**
 * One zygote process and its children (docs/wire.md section 7). A child is over when its exit is reported, or when the
 * zygote itself is gone: the kernel kills the children with it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Network } from '../domain/limits.ts';
import type { InterpreterLog } from './interpreter.ts';
import { createLineSplitter } from './lines.ts';
import { createPlayConnection, createPlayServer, type PlayConnection } from './play-connection.ts';

const PACKAGE_FOLDER = fileURLToPath(new URL('../../python', import.meta.url));
const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 2_000;
const CONTROL_LINE_BYTES = 1 << 20;

export interface ZygoteReady {
  tier: string;
  layers: { uid: boolean; outside: boolean };
  missing: string[];
}

export interface ChildExit {
  code: number | null;
  signal: number | null;
  cpuMs: number;
  maxRssKb: number;
}

/** How a child ends whose zygote was lost. */
const LOST: ChildExit = { code: null, signal: 9, cpuMs: 0, maxRssKb: 0 };

export interface ChildSpec {
  id: string;
  dir: string;
  uid: number | null;
  network: Network;
  cpuS: number;
  memoryMb: number;
  diskMb?: number;
  openFiles?: number;
  threads?: number;
  /** For network `hosts`. */
  proxy: { port: number; token: string } | null;
  /** A play waits for it: it does not warm up first. */
  isAwaited?: boolean;
}

export interface ZygoteChild {
  readonly spec: ChildSpec;
  /** The connection of a child that is locked down and waits for its job; null when it died before. */
  readonly hot: Promise<PlayConnection | null>;
  readonly exit: Promise<ChildExit>;
  /** The play sent a line above the limit and was killed for it. */
  readonly hasTooLongLine: boolean;
  kill(signal: 'TERM' | 'KILL'): void;
}

export interface Zygote {
  readonly pid: number;
  readonly ready: ZygoteReady;
  fork(spec: ChildSpec): ZygoteChild;
  /** Settles when the process is gone, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends it with all its children. */
  stop(): Promise<void>;
}

interface ChildState {
  hot: PromiseWithResolvers<PlayConnection | null>;
  exit: PromiseWithResolvers<ChildExit>;
  hasTooLongLine: boolean;
}

type ControlMessage =
  | ({ op: 'ready' } & ZygoteReady)
  | { op: 'exit'; spare: string; code: number | null; signal: number | null; cpu_ms: number; max_rss_kb: number };

/** Starts a zygote; resolves when it has probed the machine and is ready to fork. */
export async function startZygote(options: {
  python: string;
  sdkPath: string;
  folder: string;
  socketPath: string;
  maxLineBytes: number;
  /** A folder of packages that plays may import; '' = none. */
  packages: string;
  mostTier: string;
  log: InterpreterLog;
}): Promise<Zygote> {
  const { log } = options;
  const children = new Map<string, ChildState>();
  const server = createPlayServer((socket) => greet(socket));
  server.listen(options.socketPath);
  await once(server, 'listening');

  const child = spawnZygote(options);
  const control = child.stdio[3] as Duplex;
  const ready = Promise.withResolvers<ZygoteReady>();
  const ended = Promise.withResolvers<void>();
  const lastWords: string[] = [];

  for (const stream of [child.stdout, child.stderr] as Readable[]) {
    onEachLine(stream, (line) => {
      lastWords.push(line);
      if (lastWords.length > 20) lastWords.shift();
      log.warn({ pid: child.pid, line }, 'the zygote says');
    });
  }
  onEachLine(control, (line) => receive(JSON.parse(line) as ControlMessage));
  control.on('error', () => {}); // a dead zygote; its exit follows
  child.once('error', (error) => finish(`cannot be started: ${error.message}`));
  child.once('exit', (code, signal) => finish(`has ended with ${signal ?? `code ${code}`}`));

  function finish(how: string): void {
    ready.reject(new Error(`the zygote ${how}${lastWords.length > 0 ? `:\n${lastWords.join('\n')}` : ''}`));
    for (const id of [...children.keys()]) settle(id, LOST);
    server.close();
    ended.resolve();
  }

  function receive(message: ControlMessage): void {
    if (message.op === 'ready') ready.resolve(message);
    else {
      const { code, signal, cpu_ms: cpuMs, max_rss_kb: maxRssKb } = message;
      settle(message.spare, { code, signal, cpuMs, maxRssKb });
    }
  }

  function settle(id: string, exit: ChildExit): void {
    const state = children.get(id);
    if (!state) return;
    children.delete(id);
    state.hot.resolve(null);
    state.exit.resolve(exit);
  }

  function tell(message: object): void {
    if (control.writable) control.write(`${JSON.stringify(message)}\n`);
  }

  function kill(id: string, signal: 'TERM' | 'KILL'): void {
    if (children.has(id)) tell({ op: 'kill', spare: id, signal });
  }

  /** Waits for the hello of a new connection, which says whose it is. */
  function greet(socket: Socket): void {
    let id = '';
    const connection = createPlayConnection({
      socket,
      maxLineBytes: options.maxLineBytes,
      onTooLong() {
        const state = children.get(id);
        if (state) state.hasTooLongLine = true;
        kill(id, 'KILL');
      },
    });
    connection.onLines(([hello = '']) => {
      connection.onLines(undefined);
      id = spareOf(hello);
      const state = children.get(id);
      if (state) state.hot.resolve(connection);
      else connection.destroy();
    });
  }

  const timer = setTimeout(() => ready.reject(new Error('the zygote does not get ready')), READY_WITHIN_MS);
  let state: ZygoteReady;
  try {
    state = await ready.promise;
  } catch (error) {
    child.kill('SIGKILL');
    server.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }

  return {
    pid: child.pid ?? 0,
    ready: state,
    ended: ended.promise,
    fork(spec) {
      const own: ChildState = {
        hot: Promise.withResolvers(),
        exit: Promise.withResolvers(),
        hasTooLongLine: false,
      };
      children.set(spec.id, own);
      if (child.exitCode !== null || child.signalCode !== null) settle(spec.id, LOST);
      const { id: spare, dir, uid, network, proxy, isAwaited = false } = spec;
      tell({ op: 'fork', spare, dir, uid, network, proxy, limits: limitsOf(spec), awaited: isAwaited });
      return {
        spec,
        hot: own.hot.promise,
        exit: own.exit.promise,
        get hasTooLongLine() {
          return own.hasTooLongLine;
        },
        kill: (signal) => kill(spec.id, signal),
      };
    },
    async stop() {
      control.end();
      control.destroy();
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await ended.promise;
      clearTimeout(timer);
    },
  };
}

/** As the zygote calls them; what is not said is its default. */
function limitsOf({ cpuS, memoryMb, diskMb = 0, openFiles = 0, threads = 0 }: ChildSpec): object {
  const further = { disk_mb: diskMb || null, open_files: openFiles || null, threads: threads || null };
  return { cpu_s: cpuS, memory_mb: memoryMb, ...further };
}

/** In a session of its own, so that the terminal's Ctrl-C ends no play before the executor has decided. */
function spawnZygote(options: {
  python: string;
  sdkPath: string;
  folder: string;
  socketPath: string;
  packages: string;
  mostTier: string;
}): ChildProcess {
  const args = ['-s', '-B', '-m', 'hero_zygote', '--socket', options.socketPath, '--dir', options.folder];
  if (options.packages !== '') args.push('--packages', options.packages);
  if (options.mostTier !== '') args.push('--most', options.mostTier);
  return spawn(options.python, args, {
    cwd: PACKAGE_FOLDER,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: 'C.UTF-8',
      LC_CTYPE: 'C.UTF-8',
      PYTHONPATH: `${PACKAGE_FOLDER}:${options.sdkPath}`,
      // Every thread's own malloc arena reserves 64 MiB of address space, which the memory limit of a play counts.
      MALLOC_ARENA_MAX: '2',
    },
  });
}

function onEachLine(stream: Readable, listener: (line: string) => void): void {
  const splitter = createLineSplitter({
    maxLineBytes: CONTROL_LINE_BYTES,
    onLines: (lines) => lines.forEach(listener),
    onTooLong: () => {},
  });
  stream.on('data', (chunk: Buffer) => splitter.push(chunk));
  stream.on('end', () => splitter.end());
}

function spareOf(hello: string): string {
  try {
    const line: unknown = JSON.parse(hello);
    if (typeof line === 'object' && line !== null && 'spare' in line) return String(line.spare);
  } catch {
    // not one of ours: its connection is closed
  }
  return '';
}
