// The talk with one play process: its lines into the record, its pauses to the scheduler, its requests to the registry.

import { toHeroError } from '@hero-logic/platform';
import type { PauseEvent, PlayRequest } from '../domain/play-event.ts';
import { createPlayFeed, type PauseReply, type PlayFeed, type Reply } from '../ingest/play-feed.ts';
import type { PlayRecord } from '../ingest/play-record.ts';
import type { Interpreter } from '../interpreters/interpreter.ts';
import type { RunnableVersion } from './catalog.ts';
import type { LimitedRun } from './context.ts';
import type { Hider } from './hider.ts';
import type { Callers } from './outside.ts';
import { withRetry } from './retry.ts';

const LOOKUP_WITHIN_MS = 10_000;

export interface Conversation {
  readonly run: LimitedRun;
  readonly process: Interpreter;
  readonly record: PlayRecord;
  readonly version: RunnableVersion;
  /** Of everything that the play sends. */
  readonly hider: Hider;
  /** Hears which span has made a connection. */
  readonly callers: Callers;
}

export function converse({ run, process, record, version, hider, callers }: Conversation): PlayFeed {
  const { deps, claim, log } = run;

  async function onPause(pause: PauseEvent): Promise<PauseReply> {
    const recorded = await deps.leases.recordPause(claim, pause, run.over);
    if (recorded === 'lost') {
      run.lose();
      return undefined;
    }
    if (recorded.childPlaySid !== '') {
      record.tree.setChild(pause.spanId, recorded.childPlaySid);
      record.commit();
    }
    return recorded.reply;
  }

  async function onRequest(request: PlayRequest): Promise<Reply> {
    if (request.call !== undefined) return callService(request.call);
    if (request.method === 'secret') return giveSecret(request.name);
    if (request.method !== 'lookup') {
      return { error: { reason: 'METHOD_NOT_FOUND', message: `this executor does not know "${request.method}"` } };
    }
    try {
      const find = () => deps.catalog.lookup(request.name, request.versionSid, claim.versionSid);
      return { result: await withRetry({ clock: deps.clock, withinMs: LOOKUP_WITHIN_MS, abort: run.over }, find) };
    } catch (error) {
      return refusal(error);
    }
  }

  async function giveSecret(name: string): Promise<Reply> {
    try {
      const value = await deps.secrets(name, claim.versionSid, run.over);
      hider.add(value, `[secret ${name}]`);
      log.info({ secret: name }, 'a play was given a secret');
      return { result: value };
    } catch (error) {
      return refusal(error);
    }
  }

  async function callService(call: NonNullable<PlayRequest['call']>): Promise<Reply> {
    const asked = { ...call, playSid: claim.playSid, right: version.limits.services, namespace: version.namespace };
    try {
      return { result: await deps.callService(asked, run.over) };
    } catch (error) {
      return refusal(error);
    }
  }

  async function onWithdraw(resumeIds: readonly string[]): Promise<Reply> {
    try {
      if ((await deps.leases.withdrawPauses(claim, resumeIds, run.over)) === 'lost') run.lose();
      return { result: {} };
    } catch (error) {
      return refusal(error);
    }
  }

  const feed = createPlayFeed({
    record,
    peer: process,
    clock: deps.clock,
    log,
    onPause,
    onRequest,
    onWithdraw,
    onOutside: callers.note,
    warn: (text) => void run.warnings.push(text),
    onStepDurable: () => {
      if (deps.config.alwaysReplay) run.stop('release');
      return deps.config.alwaysReplay;
    },
    boundary: run.boundary,
    onBoundary: () => {
      record.tree.uncount(run.boundary.notBegun());
      run.stop('release');
    },
    isShared: () => deps.records.count() > 1,
    over: run.over,
    asked: run.asked,
    linesPerS: run.limits.linesPerS,
    maxLineBytes: run.limits.lineKb * 1024,
    onTooLong: () => run.stop('line'),
    onDone: () => process.saidAll(),
  });
  let isFirst = true;
  process.onLines((lines) => {
    // perf/ reads this line.
    if (isFirst) log.debug({ first_span_ms: performance.now() - run.claimedAt }, 'a play has begun');
    isFirst = false;
    if (!run.isLost()) feed.lines(hider.hidesNothing() ? lines : lines.map(hider.hide));
  });
  return feed;
}

function refusal(error: unknown): Reply {
  const { reason, message } = toHeroError(error);
  return { error: { reason, message } };
}
