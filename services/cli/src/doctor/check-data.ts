// The folder that everything is written to: there, ours, writable, with room, and quick enough to sync.

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Paths } from '@hero-logic/platform';
import { type Finding, messageOf, ok, problem, warning } from './finding.ts';

const CHECK = 'data folder';
const LEAST_FREE = 1024 ** 3;
const SLOW_SYNC_MS = 20;
const SYNCS = 5;

export function checkDataFolder({ data }: Paths): Finding[] {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const syncMs = timeSyncs(data);
    return [ok(CHECK, `${data} can be written`), privacyOf(data), roomOf(data), speedOf(syncMs)];
  } catch (error) {
    const fix = 'give this user the folder, mount it writable, or name another one in PATH_ROOT';
    return [problem(CHECK, `${data} cannot be written: ${messageOf(error)}`, fix)];
  }
}

function privacyOf(dir: string): Finding {
  const others = statSync(dir).mode & 0o007;
  if (others === 0) return ok('privacy', 'other users cannot read the data');
  return warning('privacy', `other users can read ${dir}`, `chmod 700 ${dir}`);
}

function roomOf(dir: string): Finding {
  const { bavail, bsize } = statfsSync(dir);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB are free`;
  if (free >= LEAST_FREE) return ok('disk', text);
  return warning('disk', text, 'make room on the disk that holds PATH_ROOT; a full disk stops every play');
}

/** A completed step is durable before the next one starts, so each costs a sync. */
function timeSyncs(dir: string): number {
  const file = join(dir, `doctor-${process.pid}`);
  const fd = openSync(file, 'w', 0o600);
  try {
    const started = performance.now();
    for (let i = 0; i < SYNCS; i++) {
      writeSync(fd, 'x'.repeat(4096));
      fsyncSync(fd);
    }
    return (performance.now() - started) / SYNCS;
  } finally {
    closeSync(fd);
    if (existsSync(file)) rmSync(file);
  }
}

function speedOf(syncMs: number): Finding {
  const text = `a sync takes ${syncMs.toFixed(1)} ms`;
  if (syncMs <= SLOW_SYNC_MS) return ok('disk speed', text);
  return warning('disk speed', text, 'put PATH_ROOT on a local SSD: every step of a play waits for a sync');
}
