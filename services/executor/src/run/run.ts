/**
 * One run of a play, from its claim to its report.
 *
 * - `stop` ends it as asked: 'cancel' with SIGTERM, a grace and SIGKILL, the others at once. The run reports how it ended.
 * - `hold` lets it run to its next step boundary and puts it back; `unhold` takes that back while it still runs.
 * - `lose` ends it because the lease is gone: the process is killed, nothing more is written, nothing is reported.
 * - `done` settles when all is over and never rejects.
 */

import { isHeroError, toHeroError } from '@hero-logic/platform';
import { limitsOf } from '../domain/limits.ts';
import type { Decision, StopReason } from '../domain/outcome.ts';
import { createStepBoundary } from '../domain/step-boundary.ts';
import type { PlayRecord } from '../ingest/play-record.ts';
import type { Interpreter } from '../interpreters/interpreter.ts';
import type { RunnableVersion } from './catalog.ts';
import type { Claim } from './claim.ts';
import type { LimitedRun, RunContext, RunDeps } from './context.ts';
import { finish } from './finish.ts';
import { perform } from './perform.ts';
import { withRetry } from './retry.ts';

export interface Run {
  readonly claim: Claim;
  stop(reason: StopReason): void;
  hold(): void;
  unhold(): void;
  lose(): void;
  readonly done: Promise<{ readonly isSandboxDown: boolean }>;
}

const RESOLVE_WITHIN_MS = 5000;
/** A reason of its own: without one each abort would make a DOMException with the stack of its place. */
const OVER = new Error('the run is over');
const RANK: Record<StopReason, number> = { release: 0, wall: 0, line: 0, cancel: 1, terminate: 2 };

export function startRun(deps: RunDeps, claim: Claim): Run {
  const { clock } = deps;
  const over = new AbortController();
  const asked = new AbortController();
  const boundary = createStepBoundary();
  let process: Interpreter | undefined;
  let stopped: StopReason | undefined;
  let isLost = false;

  const run: RunContext = {
    deps,
    claim,
    log: deps.log.child({ play_sid: claim.playSid }),
    startedAtMs: clock.now(),
    claimedAt: performance.now(),
    warnings: [],
    over: over.signal,
    asked: asked.signal,
    boundary,
    stopped: () => stopped,
    isLost: () => isLost,
    stop(reason) {
      // A cancel outranks what came before it: the play must not come back. To terminate outranks its grace.
      if (stopped !== undefined && RANK[reason] <= RANK[stopped]) return;
      stopped = reason;
      asked.abort();
      if (process !== undefined) endProcess(process, reason);
    },
    lose() {
      isLost = true;
      asked.abort();
      process?.resume();
      process?.kill('KILL');
      over.abort();
    },
  };

  function endProcess(running: Interpreter, reason: StopReason): void {
    running.resume();
    running.kill(reason === 'cancel' ? 'TERM' : 'KILL');
    if (reason !== 'cancel') return;
    void clock.sleep(deps.config.killGraceMs, over.signal).then(() => {
      if (!over.signal.aborted) running.kill('KILL');
    });
  }

  async function watchWall(limitMs: number): Promise<void> {
    const end = clock.now() + limitMs - claim.ranMs;
    while (!over.signal.aborted && clock.now() < end) await clock.sleep(end - clock.now(), over.signal);
    if (!over.signal.aborted) run.stop('wall');
  }

  async function go(): Promise<boolean> {
    const version = deps.catalog.known(claim.versionSid) ?? (await resolve(run));
    if ('outcome' in version) {
      await finish(run, version);
      return false;
    }
    const limited: LimitedRun = { ...run, limits: limitsOf(version.limits, deps.config.defaultLimits) };
    await withRetry({ clock, withinMs: RESOLVE_WITHIN_MS, abort: over.signal }, () =>
      deps.stores.beginRun(claim.playSid, claim.attempt),
    );
    let opening: Promise<PlayRecord> | undefined;
    const openRecord = () => {
      opening ??= openFor(limited);
      return opening;
    };
    try {
      if (claim.ranMs >= limited.limits.wallMs) run.stop('wall');
      const onProcess = (started: Interpreter) => {
        process = started;
        void watchWall(limited.limits.wallMs);
      };
      const { decision, isSandboxDown, release } = await perform({ run: limited, openRecord, version, onProcess });
      try {
        await finish(limited, decision, await openRecord());
      } finally {
        // What was just written to whoever waits for the play goes out first.
        if (release !== undefined) setImmediate(() => setImmediate(release));
      }
      return isSandboxDown === true;
    } finally {
      const record = await opening?.catch(() => undefined);
      if (record !== undefined) deps.records[isLost ? 'forget' : 'close'](record);
    }
  }

  const done = go()
    .catch((error: unknown) => {
      run.log.error({ err: error }, 'the end of a run could not be reported; its lease will expire');
      return false;
    })
    .then((isSandboxDown) => {
      over.abort(OVER);
      return { isSandboxDown };
    });
  const hold = () => {
    boundary.request();
    // Nothing runs yet that could be cut.
    if (process === undefined) run.stop('release');
  };
  return { claim, stop: run.stop, hold, unhold: boundary.withdraw, lose: run.lose, done };
}

async function openFor(run: LimitedRun): Promise<PlayRecord> {
  const { claim, limits } = run;
  const record = await run.deps.records.open(claim.playSid);
  record.beginRun(claim.versionSid, claim.attempt);
  record.keepAtMost(limits.maxSpans, limits.outputKb * 1024);
  record.onBroken(() => run.stop('release'));
  return record;
}

/** The version, or how the run ends without one. */
async function resolve({ deps, claim, log, over }: RunContext): Promise<RunnableVersion | Decision> {
  try {
    return await withRetry({ clock: deps.clock, withinMs: RESOLVE_WITHIN_MS, abort: over }, () =>
      deps.catalog.version(claim.versionSid),
    );
  } catch (error) {
    const { message } = toHeroError(error);
    log.error({ err: error, version_sid: claim.versionSid }, 'the version of a play could not be had');
    const isGone = isHeroError(error, 'VERSION_NOT_FOUND') || isHeroError(error, 'WORKFLOW_NOT_FOUND');
    return isGone
      ? { outcome: 'failed', error: { type: 'VersionNotFound', message, traceback: '' } }
      : { outcome: 'released' };
  }
}
