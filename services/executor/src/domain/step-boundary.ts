/**
 * Finds the moment at which a held play can be stopped without cutting a step: an output has become durable and is not
 * acknowledged yet, and no other step is under way. A step that begins after an output which is not acknowledged waits
 * before its body (docs/wire.md section 4), so it is not under way.
 *
 * Where steps run side by side such a moment may never come by itself. So the acknowledgement of an output is kept back
 * until those under way have ended too; not that of an output inside another step, which could not end then. Whoever
 * keeps it back does so for a while only (`giveUp`): a play whose steps share one thread cannot go on meanwhile.
 *
 * The entry and sub-flows from the library are no steps here: their bodies run again on each resume anyway.
 */

import type { PlayEvent, SpanStart, StepOutputEvent } from './play-event.ts';

export interface StepBoundary {
  observe(event: PlayEvent, seq: number): void;
  /** Everything up to this seq was acknowledged. */
  acked(seq: number): void;
  /** The play is held, or not any more. */
  request(): void;
  withdraw(): void;
  /** Nothing is kept back for this hold any more. */
  giveUp(): void;
  /** Nothing above this seq is to be acknowledged. */
  ackLimit(): number;
  /** The play can be stopped now that everything up to `durableSeq` is durable. */
  isReached(durableSeq: number): boolean;
  /** Steps that have started and wait before their bodies. */
  notBegun(): readonly string[];
  /** Called when acknowledgements that were kept back may go out. */
  onLift(listener: () => void): void;
}

interface Started {
  /** Of its last attempt. */
  readonly seq: number;
  readonly isFirstAttempt: boolean;
}

interface Output {
  readonly seq: number;
  /** It did not run inside another step. */
  readonly isOutermost: boolean;
}

/** What the SDK records for itself; it ends no step. */
const INTERNAL = 'flow.';

export function createStepBoundary(): StepBoundary {
  /** Spans that have not ended, with their parents. */
  const parents = new Map<string, string>();
  /** Steps that have started and not ended. */
  const steps = new Map<string, Started>();
  let rootId = '';
  /** The first output that is not acknowledged, and the last one of all. */
  let first: Output | undefined;
  let last: Output | undefined;
  let isRequested = false;
  let hasGivenUp = false;
  let lift: () => void = () => {};

  function started(event: SpanStart, seq: number): void {
    if (event.replayed) return;
    if (event.kind === 'flow_root') rootId = event.spanId;
    parents.set(event.spanId, event.parentId);
    // A plain span has no arguments.
    if (event.kind !== 'step' || event.input === undefined) return;
    steps.set(event.spanId, { seq, isFirstAttempt: !steps.has(event.spanId) });
  }

  function recorded(event: StepOutputEvent, seq: number): void {
    if (event.spanId === rootId && !event.name.startsWith(INTERNAL)) return;
    if (!event.name.startsWith(INTERNAL)) steps.delete(event.spanId);
    last = { seq, isOutermost: !isInStep(event.spanId) };
    first ??= last;
  }

  function isInStep(spanId: string): boolean {
    for (let at: string | undefined = spanId; at !== undefined; at = parents.get(at)) if (steps.has(at)) return true;
    return false;
  }

  return {
    observe(event, seq) {
      if (event.event === 'span_start') started(event, seq);
      if (event.event === 'step_output') recorded(event, seq);
      if (event.event === 'span_end') {
        steps.delete(event.spanId);
        parents.delete(event.spanId);
      }
    },
    acked(seq) {
      if (first !== undefined && seq >= first.seq) first = last !== undefined && last.seq > seq ? last : undefined;
    },
    request() {
      isRequested = true;
    },
    withdraw() {
      if (!isRequested) return;
      isRequested = false;
      hasGivenUp = false;
      lift();
    },
    giveUp() {
      hasGivenUp = true;
      lift();
    },
    ackLimit: () => (isRequested && !hasGivenUp && first?.isOutermost ? first.seq - 1 : Number.POSITIVE_INFINITY),
    isReached(durableSeq) {
      if (!isRequested || first === undefined || durableSeq < first.seq) return false;
      for (const step of steps.values()) if (step.seq < first.seq) return false;
      return true;
    },
    notBegun() {
      const from = first?.seq ?? Number.POSITIVE_INFINITY;
      return [...steps].filter(([, step]) => step.seq > from && step.isFirstAttempt).map(([spanId]) => spanId);
    },
    onLift: (listener) => {
      lift = listener;
    },
  };
}
