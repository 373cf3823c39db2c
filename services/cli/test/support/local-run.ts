// A real local run in processes of its own, as a user starts it, on a fresh PATH_ROOT and free ports. For the tests of the pages and for perf as well.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-ports.ts';

export const REPOSITORY = fileURLToPath(new URL('../../../..', import.meta.url));
const READY_WITHIN_MS = 60_000;
export const BIN = join(REPOSITORY, 'services/cli/bin/hero-logic.mjs');

export interface LocalRun {
  readonly root: string;
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** What it printed so far. */
  readonly output: () => string;
  /** One JSON-RPC call, with a key where the server asks for one; throws an RpcFailure. */
  rpc<T = Record<string, unknown>>(method: string, params?: object, key?: string): Promise<T>;
  /** Ends it with SIGKILL, as a crash would, together with everything it started. */
  crash(): Promise<void>;
  /** Starts it again on the same data and port. */
  restart(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** stop, and remove the data. */
  remove(): Promise<void>;
  /** Environment in which CLI commands find it. */
  readonly env: Record<string, string>;
}

export class RpcFailure extends Error {
  readonly code: number;
  readonly reason: string;
  readonly violations: { field: string; description: string }[];
  constructor(error: {
    code: number;
    message: string;
    data?: { reason?: string; violations?: { field: string; description: string }[] };
  }) {
    super(error.message);
    this.code = error.code;
    this.reason = error.data?.reason ?? '';
    this.violations = error.data?.violations ?? [];
  }
}

export async function startLocalRun(
  /**
   * `tree`: where the repository lies, this one unless told. `prepare`: sees the empty PATH_ROOT before the first start. `within`: the words of
   * a command that becomes the one that follows them.
   */
  options: {
    args?: string[];
    env?: Record<string, string>;
    tree?: string;
    prepare?: (root: string) => void;
    within?: readonly string[];
  } = {},
): Promise<LocalRun> {
  const bin = options.tree === undefined ? BIN : BIN.replace(REPOSITORY, `${options.tree}/`);
  const root = mkdtempSync(join(tmpdir(), 'hl-e2e-'));
  const port = await freePorts(2);
  const url = `http://127.0.0.1:${port}`;
  const env = { PATH_ROOT: root, HERO_LOGIC_PORT: String(port), HERO_LOGIC_SERVER: url, NO_COLOR: '1' };
  let child: ChildProcess;
  let printed = '';

  async function start(): Promise<void> {
    const words = [process.execPath, bin, 'dev', '--port', String(port), ...(options.args ?? [])];
    const [first = '', ...more] = [...(options.within ?? []), ...words];
    child = spawn(first, more, {
      env: { ...process.env, ...env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer) => {
      printed += chunk;
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    await untilHealthy(`${url}/health`, () => (hasEnded() ? printed : undefined));
  }

  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const exited = () =>
    new Promise<number | null>((resolve) => (hasEnded() ? resolve(child.exitCode) : child.once('exit', resolve)));
  options.prepare?.(root);
  await start();
  const run: LocalRun = {
    root,
    port,
    url,
    env,
    get pid() {
      return child.pid as number;
    },
    output: () => printed,
    rpc: (method, params = {}, key = '') => rpc(url, method, params, key),
    async crash() {
      child.kill('SIGKILL');
      await exited();
    },
    restart: start,
    async stop() {
      child.kill('SIGTERM');
      return exited();
    },
    async remove() {
      if (!hasEnded()) await run.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return run;
}

async function rpc<T>(url: string, method: string, params: object, key: string): Promise<T> {
  const response = await fetch(`${url}/rpc`, {
    method: 'POST',
    headers: key === '' ? {} : { authorization: `Bearer ${key}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const reply = (await response.json()) as { result?: T; error?: ConstructorParameters<typeof RpcFailure>[0] };
  if (reply.error !== undefined) throw new RpcFailure(reply.error);
  return reply.result as T;
}

/** Runs one CLI command against a local run. */
export function cli(
  run: LocalRun,
  args: string[],
  input = '',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return command(process.execPath, [BIN, ...args], { env: run.env, input });
}

export function command(
  file: string,
  args: string[],
  options: { env?: Record<string, string>; input?: string; cwd?: string } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd ?? REPOSITORY, env: { ...process.env, ...options.env } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(options.input ?? '');
  });
}

/** Fenced blocks of a language in a Markdown file under the repository. */
export function codeBlocks(file: string, language: string, heading?: RegExp): string[] {
  let text = readFileSync(join(REPOSITORY, file), 'utf8');
  if (heading !== undefined) {
    const start = text.search(heading);
    if (start < 0) throw new Error(`${file} has no heading like ${heading}`);
    const level = /^#+/.exec(text.slice(start))?.[0] ?? '##';
    const rest = text.slice(start + level.length);
    const end = rest.search(new RegExp(`^${level} `, 'm'));
    text = end < 0 ? rest : rest.slice(0, end);
  }
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map((m) => m[1] as string);
}

async function untilHealthy(url: string, died: () => string | undefined): Promise<void> {
  const end = Date.now() + READY_WITHIN_MS;
  while (Date.now() < end) {
    const words = died();
    if (words !== undefined) throw new Error(`the local run ended before it was ready:\n${words}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`the local run was not ready within ${READY_WITHIN_MS / 1000} s`);
}
