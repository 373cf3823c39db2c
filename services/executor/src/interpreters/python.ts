import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const OLDEST = [3, 10] as const;
const ASK = 'import sys; print(*sys.version_info[:3], sys.executable)';

export interface Python {
  readonly path: string;
  /** Such as "3.11.2". */
  readonly version: string;
}

/**
 * The path of a real interpreter, 3.10 or newer: the configured one, else the system's, else the first `python3` of the
 * PATH. Asked for its own path, because `python3` may be a version manager's shim that costs 100 ms a start.
 */
export async function findPython(configured?: string): Promise<string> {
  return (await askPython(configured)).path;
}

/** As `findPython`, with its version. */
export async function askPython(configured?: string): Promise<Python> {
  const candidates = configured ? [configured] : ['/usr/bin/python3', 'python3'];
  const refusals: string[] = [];
  for (const candidate of candidates) {
    try {
      const { stdout } = await run(candidate, ['-I', '-c', ASK], { timeout: 10_000 });
      const [major = 0, minor = 0, patch = 0, ...path] = stdout.trim().split(' ');
      const isNewEnough = Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1];
      if (isNewEnough) return { path: path.join(' ') || candidate, version: `${major}.${minor}.${patch}` };
      refusals.push(`${candidate} is ${major}.${minor}`);
    } catch (cause) {
      refusals.push(`${candidate}: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`);
    }
  }
  throw new Error(`no Python ${OLDEST.join('.')} or newer found (${refusals.join('; ')})`);
}
