// A program of a peer: a process group that does one run after the other, and that is ended with all its servers.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Installed } from './install.ts';
import type { Peer } from './peers.ts';

const FLOWS = fileURLToPath(new URL('./flows', import.meta.url));
const LONGEST_START_MS = 120_000;

export interface Request {
  readonly run: 'steps' | 'three' | 'answer' | 'fan_out';
  readonly [argument: string]: number | string;
}

export interface Program {
  readonly pid: number;
  /** What the run measured. Throws when it takes longer; then the program is over. */
  ask(request: Request, longestMs: number): Promise<number>;
  stop(): Promise<void>;
}

type Reply = { readonly ok: number } | { readonly error: string };

export async function startProgram(peer: Peer, { folder, python }: Installed): Promise<Program> {
  const data = mkdtempSync(join(tmpdir(), 'hl-peer-'));
  const log = join(data, 'program.log');
  const err = await open(log, 'w');
  const child = spawn(python, [join(FLOWS, peer.program), data, ...peer.args(folder)], {
    stdio: ['pipe', 'pipe', err.fd],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    detached: true,
  });
  await err.close();
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  const stop = async () => {
    await end(child);
    rmSync(data, { recursive: true, force: true });
  };

  async function next(longestMs: number): Promise<number> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`not done after ${longestMs / 1000} s`)), longestMs);
    try {
      const { value, done } = await Promise.race([lines.next(), late]);
      if (done === true) throw new Error(`it ended: ${readFileSync(log, 'utf8').trim().split('\n').at(-1)}`);
      const reply = JSON.parse(value) as Reply;
      if ('error' in reply) throw new Error(reply.error);
      return reply.ok;
    } finally {
      clearTimeout(timer);
    }
  }

  try {
    await next(LONGEST_START_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pid: child.pid as number,
    ask(request, longestMs) {
      child.stdin?.write(`${JSON.stringify(request)}\n`);
      return next(longestMs);
    },
    stop,
  };
}

/** The whole group: servers hold nothing that is still needed. */
async function end(child: ChildProcess): Promise<void> {
  const gone = child.exitCode === null ? new Promise((resolve) => child.once('close', resolve)) : undefined;
  try {
    process.kill(-(child.pid as number), 'SIGKILL');
  } catch {
    return; // nobody of it is left
  }
  await gone;
}
