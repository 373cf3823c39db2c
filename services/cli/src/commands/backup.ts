// backup and restore: the embedded store of this machine, without a server in between.

import { pathsFromEnv, systemClock } from '@hero-logic/platform';
import { backUp, type Manifest } from '../backup/back-up.ts';
import { restore } from '../backup/restore.ts';
import type { Env } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import type { Io } from '../core/io.ts';
import { bytesText } from '../text/bytes.ts';

export interface BackupArgs {
  readonly io: Io;
  readonly env: Env;
  readonly json: boolean;
  /** Of the backup. */
  readonly folder: string;
}

export async function backupCommand({ io, env, json, folder }: BackupArgs): Promise<ExitCode> {
  const { data } = pathsFromEnv(env);
  return tell(io, json, folder, await backUp({ data, target: folder, now: systemClock.now() }));
}

export async function restoreCommand({ io, env, json, folder }: BackupArgs): Promise<ExitCode> {
  const { data } = pathsFromEnv(env);
  return tell(io, json, data, await restore(folder, data));
}

function tell(io: Io, json: boolean, folder: string, manifest: Manifest): ExitCode {
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  const files = manifest.files.length === 1 ? '1 file' : `${manifest.files.length} files`;
  io.out(json ? `${JSON.stringify({ folder, ...manifest })}\n` : `${folder}: ${files}, ${bytesText(bytes)}, checked\n`);
  return EXIT.ok;
}
