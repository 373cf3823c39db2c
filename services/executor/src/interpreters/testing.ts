import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  Interpreter,
  InterpreterEnd,
  InterpreterLog,
  InterpreterPolicy,
  Interpreters,
  StagedFiles,
} from './interpreter.ts';

/** A stand-in for the SDK: `flow.py` runs with `send`, `send_raw` and `receive` at hand. */
export const FIXTURE_SDK = fileURLToPath(new URL('../../python/tests/fixture_sdk', import.meta.url));

export const POLICY: InterpreterPolicy = { network: 'none', cpuS: 30, memoryMb: 256 };

export interface RecordingLog extends InterpreterLog {
  readonly entries: string[];
}

export function createRecordingLog(): RecordingLog {
  const entries: string[] = [];
  const add = (level: string) => (details: object, message: string) =>
    void entries.push(`${level} ${message} ${JSON.stringify(details)}`);
  return { entries, info: add('info'), warn: add('warn'), error: add('error') };
}

export async function createTestFolder(): Promise<{ dir: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'hero-test-'));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

export interface PlayResult extends InterpreterEnd {
  lines: string[];
}

/** A play that has its job before its one file is there, and what it says of it. */
export async function runBeforeFiles(pool: Interpreters): Promise<unknown> {
  const play = await pool.take(POLICY);
  const lines: string[] = [];
  try {
    play.onLines((batch) => lines.push(...batch));
    const staging = Promise.withResolvers<StagedFiles>();
    const source = 'import os\nsend([os.environ["NAME"], open(os.environ["NAME"]).read()])';
    play.start({ source, env: { NAME: '' }, staging: staging.promise });
    writeFileSync(join(play.dir, 'steps'), 'recorded', { mode: 0o644 });
    staging.resolve({ hasFiles: true, env: { NAME: 'steps' } });
    await play.ended;
    return lines.map((line) => JSON.parse(line));
  } finally {
    await pool.release(play);
  }
}

/** How a play ends that is killed while it waits for its files. */
export async function endBeforeFiles(pool: Interpreters): Promise<InterpreterEnd> {
  const play = await pool.take(POLICY);
  try {
    play.start({ source: 'send(1)', env: {}, staging: new Promise(() => {}) });
    play.kill('TERM');
    return await play.ended;
  } finally {
    await pool.release(play);
  }
}

/** Takes an interpreter, runs the source in it, and releases it. */
export async function runPlay(
  pool: Interpreters,
  source: string,
  given: { policy?: InterpreterPolicy; env?: Record<string, string>; onStarted?(play: Interpreter): void } = {},
): Promise<PlayResult> {
  const play = await pool.take(given.policy ?? POLICY);
  const lines: string[] = [];
  try {
    play.onLines((batch) => lines.push(...batch));
    play.start({ source, env: given.env ?? {} });
    given.onStarted?.(play);
    return { ...(await play.ended), lines };
  } finally {
    await pool.release(play);
  }
}
