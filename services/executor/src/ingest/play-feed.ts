/**
 * The executor's side of one connection (docs/wire.md): lines of the play in; acks, resumes and replies out.
 *
 * - An ack goes out when everything up to its seq is durable, and not past a pause that is still being recorded: its
 *   answer, when there is one, comes before its ack.
 * - A withdrawal waits for the pauses that are being recorded: none of them may come after it.
 * - Nothing is taken after the line `done`: once it is acknowledged the play has no more to say.
 * - A line that cannot be read is logged, cut, and skipped; its seq counts, so that nobody waits for it.
 */

import type { Clock, Log } from '@hero-logic/platform';
import { tailOf } from '../domain/cut.ts';
import type { PauseEvent, PlayEvent, PlayRequest, Withdrawal } from '../domain/play-event.ts';
import { readEvent } from '../domain/read-event.ts';
import { createStepBoundary, type StepBoundary } from '../domain/step-boundary.ts';
import { createIntake } from './intake.ts';
import type { PlayRecord, RecordedEvent } from './play-record.ts';

/** What the feed needs of an interpreter. */
export interface PlayPeer {
  send(line: object): void;
  ack(seq: number): void;
  pause(): void;
  resume(): void;
}

/** Answer of a pause: nothing yet, or what to send. */
export type PauseReply =
  | { readonly payload: string }
  | { readonly expired: true }
  | { readonly error: string }
  | undefined;

export interface PlayFeedOptions {
  readonly record: PlayRecord;
  readonly peer: PlayPeer;
  readonly clock: Clock;
  readonly log: Log;
  /** Must not reject. */
  readonly onPause: (pause: PauseEvent) => Promise<PauseReply>;
  /** Must not reject. */
  readonly onRequest: (request: PlayRequest) => Promise<Reply>;
  /** Must not reject. */
  readonly onWithdraw: (resumeIds: readonly string[]) => Promise<Reply>;
  readonly warn: (text: string) => void;
  /** A step that was recorded has become durable. True = the run is over, and the play must not hear of it. */
  readonly onStepDurable?: () => boolean;
  /** Where a held play can be stopped. */
  readonly boundary?: StepBoundary;
  /** It is reached: the run is over, and the play must not hear of what is durable. */
  readonly onBoundary?: () => void;
  /** Other plays run in this process. */
  readonly isShared?: () => boolean;
  /** A connection to the outside, by the port of the play's end, is made by this span. */
  readonly onOutside?: (port: number, spanId: string) => void;
  /** Aborts when the run is over. */
  readonly over?: AbortSignal;
  /** Aborts when somebody wants it to end. */
  readonly asked?: AbortSignal;
  /** Of the version; 0 or absent = no bound. */
  readonly linesPerS?: number;
  readonly maxLineBytes?: number;
  /** A line is longer than that: nothing of the play is taken any more. */
  readonly onTooLong?: () => void;
  /** The play has said all, and it is durable. */
  readonly onDone?: () => void;
}

export type Reply =
  | { readonly result: unknown }
  | { readonly error: { readonly reason: string; readonly message: string } };

export interface PlayFeed {
  lines(lines: readonly string[]): void;
  /** Resolves once no pause and no request is under way. */
  idle(): Promise<void>;
  /** Pauses of this run that were left without an answer. */
  openPauses(): number;
  /** Lines that were no events. */
  unreadable(): number;
  stderrTail(): string;
}

/** What a play tells and does not wait for. */
const SHOWN_ONLY: readonly PlayEvent['event'][] = ['span_start', 'span_tag', 'span_log', 'outside'];
/** Not durable yet, from which on nobody has to ask for a commit. */
const PRESSING_BYTES = 1024 * 1024;
const PREVIEW = 200;
const LOGGED_PROBLEMS = 20;
const STDERR_TAIL = 4096;
/** How long a held play that runs steps side by side is kept from beginning new ones. */
const HOLD_BACK_MS = 5000;

export function createPlayFeed(options: PlayFeedOptions): PlayFeed {
  const { record, peer, clock, log, boundary = createStepBoundary() } = options;
  const waitingPauses = new Map<number, Promise<void>>();
  const openPauses = new Set<string>();
  const underWay = new Set<Promise<void>>();
  const intake = createIntake({
    peer,
    clock,
    pendingBytes: record.pendingBytes,
    openRequests: () => underWay.size,
    isShared: options.isShared ?? (() => false),
    over: options.over,
    asked: options.asked,
    linesPerS: options.linesPerS,
  });
  let lastSeq = 0;
  /** Of the first step output that is not durable yet. */
  let stepSeq: number | undefined;
  let durableSeq = 0;
  let ackedSeq = 0;
  let problems = 0;
  let unreadable = 0;
  let stderr = '';
  let isOver = false;
  let isCut = false;
  /** Of the line `done`. */
  let doneSeq: number | undefined;
  /** The play was stopped at a boundary: what starts from now on waits before its body and never runs. */
  let isStopped = false;
  /** Of the last line for the ack of which the play waits. */
  let awaitedSeq = 0;
  let isHoldingBack = false;

  record.onDurable((seq) => {
    durableSeq = Math.max(durableSeq, seq);
    if (stepSeq !== undefined && durableSeq >= stepSeq) {
      stepSeq = undefined;
      if (options.onStepDurable?.()) isOver = true;
    }
    stopAtBoundary();
    acknowledge();
    intake.release();
  });
  boundary.onLift(acknowledge);

  function stopAtBoundary(): void {
    if (isOver || !boundary.isReached(durableSeq)) return;
    isOver = true;
    isStopped = true;
    options.onBoundary?.();
  }

  function acknowledge(): void {
    let seq = durableSeq;
    for (const pause of waitingPauses.keys()) seq = Math.min(seq, pause - 1);
    if (seq > boundary.ackLimit()) {
      seq = boundary.ackLimit();
      void holdBack();
    }
    if (seq <= ackedSeq || isOver) return;
    ackedSeq = seq;
    boundary.acked(seq);
    peer.ack(seq);
    if (doneSeq !== undefined && seq >= doneSeq) options.onDone?.();
  }

  async function holdBack(): Promise<void> {
    if (isHoldingBack) return;
    isHoldingBack = true;
    await clock.sleep(HOLD_BACK_MS, options.over);
    isHoldingBack = false;
    boundary.giveUp();
  }

  function follow(work: Promise<void>): void {
    const done = work.finally(() => {
      underWay.delete(done);
      intake.release();
    });
    underWay.add(done);
  }

  function answerPause(pause: PauseEvent, seq: number): Promise<void> {
    const recording = options.onPause(pause).then((reply) => {
      if (reply === undefined) openPauses.add(pause.resumeId);
      else {
        openPauses.delete(pause.resumeId);
        peer.send({ resume: { id: pause.resumeId, ...reply } });
      }
      waitingPauses.delete(seq);
      acknowledge();
    });
    waitingPauses.set(seq, recording);
    return recording;
  }

  async function answerWithdrawal({ id, resumeIds }: Withdrawal): Promise<void> {
    await Promise.all(waitingPauses.values());
    const reply = await options.onWithdraw(resumeIds);
    if ('result' in reply) for (const resumeId of resumeIds) openPauses.delete(resumeId);
    peer.send({ id, ...reply });
  }

  async function answerRequest(request: PlayRequest): Promise<void> {
    peer.send({ id: request.id, ...(await options.onRequest(request)) });
  }

  function isTooLong(line: string): boolean {
    const { maxLineBytes = 0 } = options;
    // No character has more than three bytes for each of its units.
    return maxLineBytes > 0 && line.length * 3 > maxLineBytes && Buffer.byteLength(line) > maxLineBytes;
  }

  function one(line: string): void {
    if (isTooLong(line)) {
      isOver = true;
      isCut = true;
      options.onTooLong?.();
    }
    if (isCut || doneSeq !== undefined) return;
    const value = parse(line);
    if (value === undefined) {
      unreadable += 1;
      skip(line, 'is not JSON');
      return;
    }
    const sent = (value as { seq?: unknown } | null)?.seq;
    if (typeof sent === 'number' && Number.isSafeInteger(sent) && sent > lastSeq) lastSeq = sent;
    record.advance(lastSeq, line.length);
    const { event, violations } = readEvent(value, clock.now());
    if (event !== undefined) {
      act(event, line);
      return;
    }
    const problem = violations.map((v) => `${v.field} ${v.description}`).join('; ');
    awaitedSeq = lastSeq;
    unreadable += 1;
    refuse(value, problem);
    skip(line, problem);
  }

  function act(event: PlayEvent, line: string): void {
    if (event.event === 'pause') follow(answerPause(event, lastSeq));
    else if (event.event === 'request') follow(answerRequest(event));
    else if (event.event === 'withdraw') follow(answerWithdrawal(event));
    else if (event.event === 'outside') options.onOutside?.(event.port, event.spanId);
    else if (event.event === 'done') doneSeq = lastSeq;
    else apply(event, line);
    if (event.event === 'step_output') stepSeq ??= lastSeq;
    if (isWaitedFor(event)) awaitedSeq = lastSeq;
    if (event.event === 'divergence') options.warn(event.message);
    if (event.event === 'span_log' && event.stream === 'stderr') {
      stderr = `${stderr}${event.text}\n`.slice(-STDERR_TAIL);
    }
  }

  /** Whatever is more than a change of a span; and the end of the root, after which the play waits until all is durable. */
  function isWaitedFor(event: PlayEvent): boolean {
    if (event.event === 'span_end') return event.spanId === record.tree.root()?.spanId;
    return !SHOWN_ONLY.includes(event.event);
  }

  function apply(event: RecordedEvent, line: string): void {
    if (isStopped && event.event === 'span_start') return;
    const applied = record.apply(event);
    if (applied === 'unknown_span') skip(line, 'is about a span that has not started');
    if (applied === 'changed') boundary.observe(event, lastSeq);
    if (event.event === 'span_start' && event.also !== undefined) for (const hit of event.also) apply(hit, line);
  }

  /** Whoever asked something that cannot be read must not wait for the answer. */
  function refuse(value: unknown, problem: string): void {
    const { id, resume_id: resumeId } = (value ?? {}) as { id?: unknown; resume_id?: unknown };
    if (typeof resumeId === 'string') peer.send({ resume: { id: resumeId, error: problem } });
    else if (typeof id === 'string') peer.send({ id, error: { reason: 'INVALID_EVENT', message: problem } });
  }

  function skip(line: string, problem: string): void {
    problems += 1;
    if (problems > LOGGED_PROBLEMS) return;
    const details = { play_sid: record.playSid, problem, line: line.slice(0, PREVIEW) };
    log.warn(
      details,
      problems === LOGGED_PROBLEMS
        ? 'a line of a play was skipped; no more are logged'
        : 'a line of a play was skipped',
    );
  }

  return {
    lines(lines) {
      const before = awaitedSeq;
      for (const line of lines) if (line !== '') one(line);
      if (record.pendingBytes() > PRESSING_BYTES) record.commit();
      else if (awaitedSeq > before) record.commit(awaitedSeq);
      if (awaitedSeq < lastSeq) record.commitSoon();
      stopAtBoundary();
      intake.took(lines);
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    openPauses: () => openPauses.size,
    unreadable: () => unreadable,
    stderrTail: () => tailOf(stderr, STDERR_TAIL),
  };
}

/** A lone surrogate can only come from an escape; it could not be kept as UTF-8. */
const SURROGATE_ESCAPE = /\\ud[89a-f]/i;

function parse(line: string): unknown {
  try {
    if (!line.includes('\\u') || !SURROGATE_ESCAPE.test(line)) return JSON.parse(line);
    return JSON.parse(line, (_key, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value));
  } catch {
    return undefined; // said by the caller, with a preview of the line
  }
}
