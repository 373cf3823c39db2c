// Who hears of runs that have ended and were reported: metrics and traces. Must not throw.

import type { Decision } from '../domain/outcome.ts';
import type { Span } from '../domain/span.ts';
import type { Claim } from './claim.ts';

export interface EndedRun {
  readonly claim: Claim;
  readonly decision: Decision;
  readonly startedAtMs: number;
  /** All spans of the play. */
  readonly spans: Iterable<Readonly<Span>>;
}

export interface RunWatcher {
  ended(run: EndedRun): void;
}
