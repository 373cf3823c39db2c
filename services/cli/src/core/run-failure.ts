// Why a long-running command could not start, in words that name what to change.

import { ConfigError } from '@hero-logic/platform/client';
import { UsageError } from './usage-error.ts';

export function runFailure(error: unknown): unknown {
  if (error instanceof ConfigError) return new UsageError(error.message);
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code === 'EADDRINUSE' && port !== undefined) {
    return new UsageError(`port ${port} of ${address} is taken by another program; choose another one with --port`);
  }
  if (code === 'EACCES' && port !== undefined) {
    return new UsageError(`port ${port} is not for this user; choose one above 1023 with --port`);
  }
  return error;
}
