/**
 * The record of one play while something happens to it: its tree, its log and its step outputs, made durable in batches.
 *
 * - What is applied is in memory at once and joins the next batch. Nothing in flight: a batch begins at once; else it
 *   follows when the one under way is durable.
 * - A span that has begun, and of which nobody waits to hear that it is durable, joins a batch a moment later: most have ended by then,
 *   and are written once.
 * - Each listener hears the highest wire `seq` up to which everything is durable.
 * - A batch that cannot be written is tried again; when that does not help the record is broken: `flush` rejects,
 *   nothing more is written, and what was not acknowledged never happened.
 * - After `discard` nothing more is written, and `flush` rejects when something was left: another executor may own the
 *   play by now.
 */

import { type Clock, HeroError, type Log, type Signals, topics } from '@hero-logic/platform';
import type { PlayEvent, SpanEvent, SpanLog, StepOutputEvent } from '../domain/play-event.ts';
import { createPlayLog } from '../domain/play-log.ts';
import type { PlayBatch, StepOutput, Stores } from '../domain/ports.ts';
import { type Applied, createSpanTree, type SpanTree } from '../domain/span-tree.ts';

/** Events that are only written down. Pauses and requests also want something done. */
export type RecordedEvent = SpanEvent | SpanLog | StepOutputEvent;

export interface PlayRecord {
  readonly playSid: string;
  readonly tree: SpanTree;
  apply(event: RecordedEvent): Applied;
  /** Everything up to this wire seq was applied; `bytes` is what it weighs until it is durable. */
  advance(seq: number, bytes: number): void;
  /** Starts to make durable what was applied. Spans that began after the wire seq `upTo` may come later. */
  commit(upTo?: number): void;
  /** As `commit`, a moment later: for what nobody waits for, so that it shares the batch of what somebody does wait for. */
  commitSoon(): void;
  /** Resolves once everything applied so far is durable. */
  flush(): Promise<void>;
  /** Bytes received and not yet durable. */
  pendingBytes(): number;
  onDurable(listener: (seq: number) => void): void;
  onBroken(listener: (error: unknown) => void): void;
  /** A run on this version begins, `attempt` being its number. */
  beginRun(versionSid: string, attempt: number): void;
  /** The entry flow has returned in this run, and its output is applied. */
  hasReturned(): boolean;
  /** Keeps no more spans and bytes of log than this; 0 = as many as at first. */
  keepAtMost(spans: number, logBytes: number): void;
  /** Output of the entry flow: from this run, or as recorded by an earlier one. */
  rootOutput(): Promise<string | undefined>;
  discard(): void;
}

export interface PlayRecordDeps {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly log: Log;
  readonly signals: Signals;
  readonly maxSpans: number;
  readonly logCapBytes: number;
  /** How long `commitSoon` waits. */
  readonly commitDelayMs: () => number;
}

/** Waits between tries of a batch. */
const RETRY_MS = [20, 100, 500, 2000];
const PRIME_PAGE = 2000;

interface Taken {
  readonly batch: PlayBatch;
  readonly seq: number;
  readonly bytes: number;
}

export function isRecorded(event: PlayEvent): event is RecordedEvent {
  return !['pause', 'request', 'withdraw', 'outside', 'done'].includes(event.event);
}

export async function openPlayRecord(deps: PlayRecordDeps, playSid: string): Promise<PlayRecord> {
  const { stores, clock, log, signals } = deps;
  const tree = createSpanTree({ maxSpans: deps.maxSpans });
  const lines = createPlayLog({ capBytes: deps.logCapBytes });
  await prime(stores, playSid, tree);
  lines.prime(await stores.spans.logSummary(playSid));

  let steps: StepOutput[] = [];
  let appliedSeq = 0;
  let bytes = 0;
  let bytesInFlight = 0;
  let pump: Promise<void> | undefined;
  let broken: unknown;
  let isOver = false;
  let isDue = false;
  let durableListener: (seq: number) => void = () => {};
  let brokenListener: (error: unknown) => void = () => {};

  /** Spans of which nothing was written yet, and nothing is known but that they began: the wire seq of each. */
  const begun = new Map<string, number>();
  /** Somebody waits for what came up to this wire seq. */
  let awaitedSeq = 0;

  const isDirty = () => tree.isDirty() || steps.length > 0 || lines.isDirty();
  /** There is more to write than what may come later. */
  const isPressing = () => tree.dirtyCount() > later().size || steps.length > 0 || lines.isDirty();

  /** Those that may be written later. */
  function later(): ReadonlyMap<string, number> {
    for (const [spanId, seq] of begun) {
      if (seq > awaitedSeq) break;
      begun.delete(spanId);
    }
    return begun;
  }

  /** Up to here all is in the batches that were taken. */
  function takenSeq(): number {
    for (const seq of later().values()) return Math.min(appliedSeq, seq - 1);
    return appliedSeq;
  }

  function take(): Taken {
    const replayed = tree.takeReplayed();
    const batch = { playSid, attempt, replayed, spans: tree.take(later()), steps, logs: lines.take() };
    const taken = { batch, seq: takenSeq(), bytes };
    steps = [];
    bytesInFlight = bytes;
    bytes = 0;
    return taken;
  }

  function restore(taken: Taken): void {
    tree.restore(taken.batch.spans, taken.batch.replayed);
    lines.restore(taken.batch.logs);
    steps = [...taken.batch.steps, ...steps];
    bytes += taken.bytes;
    bytesInFlight = 0;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (isPressing() && !isOver) {
      let taken: Taken | undefined;
      try {
        await stores.writeBatch(() => {
          // Discarded between the asking and the writing.
          if (isOver) return { playSid, spans: [], steps: [], logs: [] };
          taken = take();
          return taken.batch;
        });
      } catch (error) {
        if (taken !== undefined) restore(taken);
        const pauseMs = RETRY_MS[failures++];
        log.error({ err: error, play_sid: playSid, failures }, 'what a play did could not be written');
        if (pauseMs === undefined) {
          breakDown(error);
          return;
        }
        await clock.sleep(pauseMs);
        continue;
      }
      failures = 0;
      bytesInFlight = 0;
      if (isOver) return;
      announce(taken?.seq ?? 0);
      signals.publish(topics.spans(playSid));
    }
  }

  /** What changed nothing (a pause, a line that was skipped) is durable with what came before it. */
  function announce(seq: number): void {
    if (isPressing()) {
      durableListener(seq);
      return;
    }
    bytes = 0;
    durableListener(takenSeq());
  }

  function breakDown(error: unknown): void {
    broken = error;
    isOver = true;
    brokenListener(error);
  }

  function commit(upTo = appliedSeq): void {
    if (upTo > awaitedSeq) awaitedSeq = upTo;
    if (pump !== undefined || isOver) return;
    if (!isPressing()) {
      announce(appliedSeq);
      return;
    }
    pump = run().finally(() => {
      pump = undefined;
    });
  }

  function commitSoon(): void {
    const delayMs = deps.commitDelayMs();
    if (delayMs === 0) {
      commit();
      return;
    }
    if (isDue || isOver) return;
    isDue = true;
    const upTo = appliedSeq;
    void clock.sleep(delayMs).then(() => {
      isDue = false;
      if (!isDirty()) return;
      commit(upTo);
      if (begun.size > 0) commitSoon();
    });
  }

  function applyOther(event: SpanLog | StepOutputEvent): Applied {
    if (event.event === 'step_output') {
      const { stepKey, spanId, name, output, within } = event;
      const place = { versionSid, spansBefore: tree.nextPlace(), optional: false };
      steps.push({ stepKey, spanId, name: name.replace(/[\t\r\n]/g, ' '), output, within, ...place });
      const root = tree.root();
      if (spanId === root?.spanId && name === root.name) rootOutput = output;
      return 'changed';
    }
    const spanId = event.spanId === '' ? (tree.root()?.spanId ?? '') : event.spanId;
    lines.append({ spanId, atMs: event.atMs, stream: event.stream, text: event.text });
    return 'changed';
  }

  let rootOutput: string | undefined;
  let versionSid = '';
  let attempt: number | undefined;
  return {
    playSid,
    tree,
    apply(event) {
      if (event.event === 'step_output' || event.event === 'span_log') return applyOther(event);
      const spans = tree.count();
      const applied = tree.apply(event);
      if (event.event === 'span_start' && !event.replayed && tree.count() > spans) begun.set(event.spanId, appliedSeq);
      else if ('spanId' in event) begun.delete(event.spanId);
      return applied;
    },
    advance(seq, weight) {
      if (seq > appliedSeq) appliedSeq = seq;
      bytes += weight;
    },
    commit,
    commitSoon,
    async flush() {
      while (isDirty() && !isOver) {
        commit();
        await pump;
      }
      await pump;
      if (!isOver || (!isDirty() && broken === undefined)) return;
      throw new HeroError('UNAVAILABLE', 'what was added to the play could not be kept; try again', { cause: broken });
    },
    pendingBytes: () => bytes + bytesInFlight,
    onDurable: (listener) => {
      durableListener = listener;
    },
    onBroken: (listener) => {
      brokenListener = listener;
    },
    beginRun(version, number) {
      attempt = number;
      versionSid = version;
      appliedSeq = 0;
      awaitedSeq = 0;
      begun.clear();
      rootOutput = undefined;
      tree.beginRun(version);
    },
    hasReturned: () => rootOutput !== undefined && tree.hasRootStarted() && tree.root()?.status === 'ok',
    keepAtMost(spans, logBytes) {
      if (spans > 0) tree.keepAtMost(spans);
      if (logBytes > 0) lines.keepAtMost(logBytes);
    },
    async rootOutput() {
      const root = tree.root();
      return rootOutput ?? (root === undefined ? undefined : stores.steps.outputOf(playSid, root.spanId, root.name));
    },
    discard() {
      isOver = true;
    },
  };
}

/** Large trees are read in pages, so that other plays are not kept waiting. */
async function prime(stores: Stores, playSid: string, tree: SpanTree): Promise<void> {
  for (let from = 0; ; ) {
    const records = await stores.spans.listInOrder(playSid, from, PRIME_PAGE);
    tree.prime(records);
    const last = records.at(-1);
    if (last === undefined || records.length < PRIME_PAGE) return;
    from = last.order + 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
