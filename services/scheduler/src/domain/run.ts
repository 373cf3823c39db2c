// How a run of a play ends: what the executor reports, and what becomes of the play.

import { holdsLease, requireLease } from './lease.ts';
import { addWarnings, cancelError, cutText, end, type FlowError, type Play, type PlayStatus } from './play.ts';

export type RunOutcome = 'success' | 'failed' | 'timed_out' | 'cancelled' | 'awaiting_resume' | 'released';

export interface RunReport {
  readonly token: string;
  readonly outcome: RunOutcome;
  readonly error?: FlowError | undefined;
  readonly durationMs: number;
  readonly spanCount: number;
  readonly warnings: readonly string[];
  readonly sandboxTier: string;
  readonly totalCostUsd?: number | undefined;
  readonly tokensPrompt?: number | undefined;
  readonly tokensCompletion?: number | undefined;
}

/** What the pauses of the play say at this moment. */
export interface PlayFacts {
  /** A pause is open. */
  readonly open: boolean;
  /** An answer is there that no run has been given; that of a child counts once no pause of its group is open. */
  readonly undelivered: boolean;
  /** An answer was given to the present run when it recorded its pause. */
  readonly deliveredInRun: boolean;
  /** Names and ids of prefilled answers of which none was used. */
  readonly unusedPrefill: readonly string[];
}

const MAX_MESSAGE_CHARS = 16_384;
const MAX_TRACEBACK_CHARS = 65_536;

/** A repeated report changes nothing and gets the reply of the first; any other stale token is LEASE_LOST. */
export function report(play: Play, run: RunReport, facts: PlayFacts, now: number): { play: Play; status: PlayStatus } {
  const last = play.lastReport;
  if (!holdsLease(play, run.token) && last?.token === run.token && last.outcome === run.outcome) {
    return { play, status: last.status };
  }
  const ended = becomes(withFigures(requireLease(play, run.token), run), run, facts, now);
  return {
    play: { ...ended, lastReport: { token: run.token, outcome: run.outcome, status: ended.status } },
    status: ended.status,
  };
}

function withFigures(play: Play, run: RunReport): Play {
  return {
    ...play,
    lease: undefined,
    lostLeases: 0,
    durationMs: play.durationMs + run.durationMs,
    spanCount: Math.max(play.spanCount, run.spanCount),
    warnings: addWarnings(play.warnings, run.warnings),
    sandboxTier: run.sandboxTier === '' ? play.sandboxTier : run.sandboxTier,
    ...usageAfter(play, run),
  };
}

/** A report counts the whole play. Tokens without a cost have an unknown one; one that says nothing takes nothing back. */
function usageAfter(play: Play, run: RunReport): Pick<Play, 'totalCostUsd' | 'tokensPrompt' | 'tokensCompletion'> {
  const saysMore = [run.totalCostUsd, run.tokensPrompt, run.tokensCompletion].some((figure) => figure !== undefined);
  const { totalCostUsd, tokensPrompt, tokensCompletion } = saysMore ? run : play;
  return { totalCostUsd, tokensPrompt, tokensCompletion };
}

function becomes(play: Play, run: RunReport, facts: PlayFacts, now: number): Play {
  switch (run.outcome) {
    case 'success':
      return end(withUnused(play, facts), 'success', now);
    case 'failed':
      return end(withUnused(play, facts), 'failed', now, errorOf(run, 'the run failed without saying why'));
    case 'timed_out':
      return end(withUnused(play, facts), 'timed_out', now, errorOf(run, 'the play ran over its time'));
    case 'cancelled':
      return end(play, 'cancelled', now, cancelError(play.cancel?.reason));
    case 'awaiting_resume':
    case 'released':
      if (play.cancel !== undefined) return end(play, 'cancelled', now, cancelError(play.cancel.reason));
      return run.outcome === 'released' ? { ...play, status: 'pending', readyAt: now } : suspended(play, facts, now);
  }
}

// An answer may have come between the recording of a pause and the end of the process: then nothing is left to wait for.
function suspended(play: Play, facts: PlayFacts, now: number): Play {
  if (facts.undelivered || (!facts.open && facts.deliveredInRun)) {
    return { ...play, status: 'pending', readyAt: now };
  }
  if (facts.open) return { ...play, status: 'awaiting_resume', awaitingSince: now };
  return end(withUnused(play, facts), 'failed', now, {
    type: 'NothingToAwait',
    message: 'the run left as if it waited for something, but it has recorded no pause',
    traceback: '',
  });
}

function withUnused(play: Play, facts: PlayFacts): Play {
  const texts = facts.unusedPrefill.map((name) => `the prefilled answer "${name}" was used by no pause`);
  return { ...play, warnings: addWarnings(play.warnings, texts) };
}

function errorOf(run: RunReport, fallback: string): FlowError {
  const { type = '', message = '', traceback = '' } = run.error ?? {};
  return {
    type: cutText(type === '' ? 'Error' : type, 200),
    message: cutText(message === '' && traceback === '' ? fallback : message, MAX_MESSAGE_CHARS),
    traceback: cutText(traceback, MAX_TRACEBACK_CHARS),
  };
}
