// Failures as lines for people or as JSON, and the exit code that goes with them.

import { Code, ConnectError } from '@connectrpc/connect';
import { ERROR_DOMAIN, HeroError, toHeroError } from '@hero-logic/platform/client';
import { ErrorInfoSchema } from '@hero-logic/proto/google/rpc/error_details_pb';
import { clean, cleanLines } from '../text/width.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

export interface Failure {
  readonly reason: string;
  readonly message: string;
  readonly violations: readonly { readonly field: string; readonly description: string }[];
  readonly exitCode: ExitCode;
}

export function failureOf(error: unknown, server: string): Failure {
  if (error instanceof UsageError) {
    return { reason: 'INVALID_ARGUMENT', message: error.message, violations: [], exitCode: EXIT.usage };
  }
  if (isUnreachable(error)) {
    const message = `no hero-logic server answers at ${server}; start one with "hero-logic dev" (or in the background with "hero-logic --start"), or name another with --server`;
    return { reason: 'UNAVAILABLE', message, violations: [], exitCode: EXIT.unreachable };
  }
  if (error instanceof HeroError || error instanceof ConnectError) {
    const { reason, message, violations } = toHeroError(error);
    return { reason, message, violations, exitCode: reason === 'UNAVAILABLE' ? EXIT.unreachable : EXIT.failed };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { reason: 'INTERNAL', message, violations: [], exitCode: EXIT.failed };
}

/** The call never reached a server of ours, or the connection broke. */
function isUnreachable(error: unknown): boolean {
  return isForeign(error) && (error.code === Code.Unavailable || error.code === Code.Aborted);
}

/** Worth another try on a stream that has worked before: the connection's failure, or a server that is going away. */
export function isTransient(error: unknown): boolean {
  if (isForeign(error)) return error.code !== Code.Unimplemented && error.code !== Code.NotFound;
  return ['UNAVAILABLE', 'CANCELLED', 'DEADLINE_EXCEEDED'].includes(toHeroError(error).reason);
}

/** An error that no service of ours has worded. */
function isForeign(error: unknown): error is ConnectError {
  if (!(error instanceof ConnectError)) return false;
  return !error.findDetails(ErrorInfoSchema).some((info) => info.domain === ERROR_DOMAIN);
}

/** Violations one a line with their fields, the reason code last. */
export function failureLines(failure: Failure): string[] {
  const { violations, reason } = failure;
  if (violations.length === 0) return cleanLines(`error: ${failure.message} [${reason}]`);
  const repeated = violations.map((v) => `${v.field}: ${v.description}`).join('; ');
  const head = failure.message === repeated ? 'the request was refused' : clean(failure.message);
  return [`error: ${head}`, ...violations.map((v) => `  ${clean(v.field)}: ${clean(v.description)}`), `[${reason}]`];
}

export function failureJson(failure: Failure): string {
  const { reason, message, violations } = failure;
  return JSON.stringify({ error: { reason, message, violations } });
}
