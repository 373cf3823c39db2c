// The one error class. `cause` is for logs and never leaves the process.

import type { Reason } from './reasons.ts';

/** One wrong field: `field` is its path ("input_data.amount"), `description` what is wrong and how to mend it. */
export interface Violation {
  readonly field: string;
  readonly description: string;
}

export interface HeroErrorOptions {
  readonly violations?: readonly Violation[];
  /** Ids that belong to the reason, for example { play_sid }. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

export class HeroError extends Error {
  readonly reason: Reason;
  readonly violations: readonly Violation[];
  readonly metadata: Readonly<Record<string, string>>;

  constructor(reason: Reason, message: string, options: HeroErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HeroError';
    this.reason = reason;
    this.violations = options.violations ?? [];
    this.metadata = options.metadata ?? {};
  }
}

/** An INVALID_ARGUMENT (or another reason of that code) whose message lists the violations. */
export function invalid(violations: readonly Violation[], reason: Reason = 'INVALID_ARGUMENT'): HeroError {
  return new HeroError(reason, violations.map((v) => `${v.field}: ${v.description}`).join('; '), { violations });
}

export function isHeroError(error: unknown, reason?: Reason): error is HeroError {
  return error instanceof HeroError && (reason === undefined || error.reason === reason);
}
