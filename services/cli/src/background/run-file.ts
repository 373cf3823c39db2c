// The pid file of a local run. A pid alone can belong to another process after a restart of the machine, so the start time of
// the process, where the system tells it, is compared too.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Paths } from '@hero-logic/platform/client';

export interface RunFile {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** Start of the process in the system's own count; empty = not told. */
  readonly started: string;
}

const pathOf = (paths: Paths) => join(paths.data, 'hero-logic.pid');

export function writeRunFile(paths: Paths, run: Omit<RunFile, 'started'>): void {
  mkdirSync(paths.data, { recursive: true, mode: 0o700 });
  writeFileSync(pathOf(paths), `${JSON.stringify({ ...run, started: startOf(run.pid) })}\n`, { mode: 0o600 });
}

export function removeRunFile(paths: Paths): void {
  rmSync(pathOf(paths), { force: true });
}

/** The run, if its process is there. */
export function readRunFile(paths: Paths): RunFile | undefined {
  let run: RunFile;
  try {
    run = JSON.parse(readFileSync(pathOf(paths), 'utf8')) as RunFile;
  } catch {
    // No file, or one that was cut short: no run that could be ended by it.
    return undefined;
  }
  return Number.isInteger(run.pid) && isAlive(run) ? run : undefined;
}

export function isAlive(run: Pick<RunFile, 'pid' | 'started'>): boolean {
  if (startOf(run.pid) !== run.started) return false;
  try {
    process.kill(run.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/PID/stat; a zombie counts as gone. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}
