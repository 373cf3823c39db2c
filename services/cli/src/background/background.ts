// --start, --stop and --info: a local run in the background, one per PATH_ROOT. Its pid file and log lie under
// PATH_ROOT/var/hero_logic. A run in a terminal writes the pid file too, so --stop and --info know it as well. Starting what runs and stopping what does not run are no errors: what was asked for holds.

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, envInt, envText, type Paths, pathsFromEnv } from '@hero-logic/platform/client';
import type { Env } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import type { Io } from '../core/io.ts';
import { version } from '../core/version.ts';
import { type Address, httpGet, isHealthy } from './http-get.ts';
import { isAlive, type RunFile, readRunFile, removeRunFile, writeRunFile } from './run-file.ts';

const DEFAULT_PORT = 9820;
const LAUNCHER = fileURLToPath(new URL('../../bin/hero-logic.mjs', import.meta.url));
const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 100;
const LOG_TAIL_LINES = 15;

export interface BackgroundContext {
  readonly io: Io;
  readonly env: Env;
  readonly clock: Clock;
  readonly json: boolean;
  /** What is started; tests start something small. */
  readonly launcher?: string;
}

/** As of `dev`; what is left out comes from the environment, as there. */
export interface StartArgs {
  readonly port?: number;
  readonly host?: string;
  readonly flows?: string;
  readonly grace?: number;
  readonly logLevel?: string;
}

export async function start(context: BackgroundContext, args: StartArgs): Promise<ExitCode> {
  const paths = pathsFromEnv(context.env);
  const running = readRunFile(paths);
  if (running !== undefined) return tellRun(context, paths, running, 'hero-logic runs already');
  if (await isHealthy(rpcSocket(paths))) {
    return fail(context, `a run that --start did not start serves ${paths.root} already`);
  }
  const port = args.port ?? envInt(context.env, 'HERO_LOGIC_PORT', DEFAULT_PORT, { min: 0, max: 65534 });
  if (port === 0) return fail(context, 'a background run needs a port of its own; choose one with --port');
  const host = args.host ?? envText(context.env, 'HERO_LOGIC_HOST', '127.0.0.1');
  const address = { host, port };
  if ((await httpGet(address, '/health')) !== undefined) {
    return fail(context, `port ${port} is taken by another program; choose one with --port`);
  }
  const log = logFile(paths);
  const pid = spawnRun(context, paths, args);
  writeRunFile(paths, { pid, host, port });
  const started = readRunFile(paths);
  const until = context.clock.now() + START_WITHIN_MS;
  while (started !== undefined && isAlive(started) && context.clock.now() < until) {
    if ((await isHealthy(rpcSocket(paths))) || (await isHealthy(address))) {
      return tellRun(context, paths, started, 'hero-logic runs in the background');
    }
    await context.clock.sleep(LOOK_EVERY_MS);
  }
  if (started !== undefined && isAlive(started)) {
    return fail(
      context,
      `hero-logic (process ${pid}) is not ready after ${START_WITHIN_MS / 1000} s; its log is ${log}`,
    );
  }
  removeRunFile(paths);
  return fail(context, `hero-logic did not start; the end of ${log}:\n${logTail(log)}`);
}

export async function stop(context: BackgroundContext): Promise<ExitCode> {
  const { io, clock, env } = context;
  const paths = pathsFromEnv(env);
  const run = readRunFile(paths);
  if (run === undefined) {
    removeRunFile(paths);
    if (await isHealthy(rpcSocket(paths))) {
      return fail(context, `the run that serves ${paths.root} was not started with --start; end it where it runs`);
    }
    io.out(context.json ? '{"running":false}\n' : 'hero-logic does not run in the background\n');
    return EXIT.ok;
  }
  process.kill(run.pid, 'SIGTERM');
  const until = clock.now() + STOP_WITHIN_MS;
  while (isAlive(run)) {
    if (clock.now() >= until) {
      return fail(
        context,
        `process ${run.pid} still runs after ${STOP_WITHIN_MS / 1000} s; "kill ${run.pid}" ends it at once`,
      );
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
  removeRunFile(paths);
  io.out(context.json ? '{"running":false}\n' : 'hero-logic stopped\n');
  return EXIT.ok;
}

/** The manifest on stdout, where it runs on stderr; with JSON output one object with both. */
export async function info(context: BackgroundContext): Promise<ExitCode> {
  const { io, json } = context;
  const paths = pathsFromEnv(context.env);
  const run = readRunFile(paths);
  const served = await httpGet(rpcSocket(paths), '/.well-known/heroservice.json');
  const running = served?.status === 200;
  const manifest = running ? (JSON.parse(served.body) as object) : ownManifest();
  if (json) io.out(`${JSON.stringify({ ...manifest, run: runObject(paths, run, running) })}\n`);
  else {
    io.out(`${JSON.stringify(manifest, null, 2)}\n`);
    const lines = running
      ? ['running', ...placeLines(paths, run)]
      : ['not running; start it with "hero-logic --start"'];
    io.err(`${lines.join('\n')}\n`);
  }
  return EXIT.ok;
}

function spawnRun(context: BackgroundContext, paths: Paths, args: StartArgs): number {
  mkdirSync(paths.data, { recursive: true, mode: 0o700 });
  const log = openSync(logFile(paths), 'a', 0o600);
  const flags = { port: args.port, host: args.host, grace: args.grace, 'log-level': args.logLevel, flows: args.flows };
  const words = Object.entries(flags).flatMap(([k, v]) => (v === undefined ? [] : [`--${k}`, String(v)]));
  try {
    const child = spawn(process.execPath, [context.launcher ?? LAUNCHER, 'dev', ...words], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...context.env },
    });
    child.on('error', () => undefined);
    child.unref();
    return child.pid ?? -1;
  } finally {
    closeSync(log);
  }
}

function tellRun(context: BackgroundContext, paths: Paths, run: RunFile, head: string): ExitCode {
  const { io, json } = context;
  if (json) io.out(`${JSON.stringify(runObject(paths, run, true))}\n`);
  else io.out(`${[head, ...placeLines(paths, run)].join('\n')}\n`);
  return EXIT.ok;
}

function runObject(paths: Paths, run: RunFile | undefined, running: boolean): object {
  const socket = join(paths.sockets, 'rpc.sock');
  if (!running) return { running };
  if (run === undefined) return { running, rpc_socket: socket };
  const { pid, port } = run;
  return {
    running,
    pid,
    url: urlOf(run, port),
    grpc_url: urlOf(run, port + 1),
    rpc_socket: socket,
    log: logFile(paths),
  };
}

function placeLines(paths: Paths, run: RunFile | undefined): string[] {
  const lines = [`  rpc socket                    ${join(paths.sockets, 'rpc.sock')}`];
  if (run === undefined) return lines;
  lines.unshift(`  gRPC, Connect over HTTP/2     ${urlOf(run, run.port + 1)}`);
  lines.unshift(`  admin UI, JSON-RPC, Connect   ${urlOf(run, run.port)}`);
  return [...lines, `  process                       ${run.pid}`, `  log                           ${logFile(paths)}`];
}

function fail({ io, json }: BackgroundContext, message: string): ExitCode {
  io.err(
    json ? `${JSON.stringify({ error: { reason: 'UNAVAILABLE', message, violations: [] } })}\n` : `error: ${message}\n`,
  );
  return EXIT.failed;
}

function ownManifest(): object {
  return { name: 'hero_logic', version: version(), protocol: 'openrpc', socket: 'rpc', openrpc: '/openrpc.json' };
}

function logTail(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}

const logFile = (paths: Paths) => join(paths.data, 'hero-logic.log');
const rpcSocket = (paths: Paths): Address => ({ socketPath: join(paths.sockets, 'rpc.sock') });
const urlOf = ({ host }: RunFile, port: number) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
