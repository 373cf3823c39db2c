/**
 * What a fork takes over of a play: what was recorded before a span began. Pure.
 *
 * - A step output is kept when no later span than those before `from` had appeared when it came: its step had completed
 *   when `from` began. What `from` itself recorded is not kept.
 * - Of the spans that appeared before `from`, those of kept steps and of what ran in them are kept as they are; of the
 *   others only the place in the tree: they run again. So spans have the same order among each other in the fork, and a
 *   fork of the fork means the same by them.
 * - Where no step is kept, nothing is.
 */

import { isOpen, type Span } from './span.ts';
import { placeOf, type SpanRecord } from './span-tree.ts';

/** A step output without the output. */
export interface StepHead {
  readonly stepKey: string;
  readonly spanId: string;
  readonly name: string;
  readonly within: string;
  readonly versionSid: string;
  readonly spansBefore: number;
}

export interface CopyRequest {
  readonly from: SpanRecord;
  /** Of the present version, by appearance. */
  readonly spans: readonly SpanRecord[];
  readonly steps: readonly StepHead[];
  /** Steps recorded under another version cannot be reused. */
  readonly versionSid: string;
}

export interface CopyPlan {
  /** Kept steps by key, with their places in the fork. */
  readonly steps: ReadonlyMap<string, StepHead>;
  /** Ids of the spans that appeared before `from`. */
  readonly before: ReadonlySet<string>;
  /** By order; what is `kept` goes with its input, output and logs. */
  readonly spans: readonly SpanRecord[];
}

/** Names of what the SDK records for itself. */
const INTERNAL = 'flow.';

export function isInternal(name: string): boolean {
  return name.startsWith(INTERNAL);
}

/** Recorded under this version, or by an event from outside, which belongs to none. */
export function isOfVersion(step: Pick<StepHead, 'versionSid'>, versionSid: string): boolean {
  return step.versionSid === versionSid || step.versionSid === '';
}

export function planCopy({ from, spans, steps, versionSid }: CopyRequest): CopyPlan {
  const place = placeOf(from);
  const [root] = spans;
  const first = root === undefined ? 0 : placeOf(root);
  const kept = new Map<string, StepHead>();
  for (const step of steps) {
    const isBefore = step.spansBefore <= place && step.spanId !== from.span.spanId;
    if (!isBefore || !isOfVersion(step, versionSid)) continue;
    kept.set(step.stepKey, { ...step, spansBefore: Math.max(0, step.spansBefore - first) });
  }
  const before = spans.filter((record) => placeOf(record) < place);
  const ids = new Set(before.map(({ span }) => span.spanId));
  return { steps: kept, before: ids, spans: kept.size === 0 ? [] : copySpans(before, kept) };
}

function copySpans(spans: readonly SpanRecord[], steps: ReadonlyMap<string, StepHead>): SpanRecord[] {
  const ofSteps = new Set([...steps.values()].filter((s) => !isInternal(s.name)).map((s) => s.spanId));
  const whole = new Set<string>();
  const frames = new Set<string>();
  const parents = new Map<string, string>();
  for (const { span } of spans) {
    parents.set(span.spanId, span.parentId);
    if (!ofSteps.has(span.spanId) && !whole.has(span.parentId)) continue;
    whole.add(span.spanId);
    for (let id = span.parentId; id !== '' && !frames.has(id) && !whole.has(id); id = parents.get(id) ?? '') {
      frames.add(id);
    }
  }
  return spans.map(({ span }, order) => {
    const copy = whole.has(span.spanId)
      ? keptSpan(span, ofSteps.has(span.spanId))
      : emptySpan(span, frames.has(span.spanId) ? 'frame' : 'place');
    return { span: copy, order, seq: order + 1 };
  });
}

/** What a span says of its own play, and not of the fork. */
const HERE = { beganMs: undefined, appeared: undefined, versionSid: undefined };

function keptSpan(span: Readonly<Span>, isRecorded: boolean): Span {
  const status = span.status === 'replayed' || (isRecorded && isOpen(span.status)) ? 'ok' : span.status;
  return {
    ...span,
    status: isOpen(status) ? 'cancelled' : status,
    endMs: span.endMs ?? span.startMs,
    replays: 0,
    copied: 'kept',
    ...HERE,
  };
}

function emptySpan(span: Readonly<Span>, copied: 'frame' | 'place'): Span {
  return {
    ...span,
    status: 'pending',
    attempt: 1,
    attempts: [],
    runs: 0,
    replays: 0,
    tags: {},
    endMs: undefined,
    error: undefined,
    copied,
    ...HERE,
  };
}

/** Why the output of this span cannot be replaced; undefined = it can. `name` is the span's. */
export function setOutputProblem(plan: CopyPlan, spanId: string): string | undefined {
  const step = stepOfSpan(plan, spanId);
  if (step === undefined) return 'is not the span of a recorded step that is kept';
  const outer = plan.steps.get(step.within);
  if (outer === undefined) return undefined;
  return `lies in the recorded step "${outer.name}", whose own output is reused; set the output of span ${outer.spanId}`;
}

/** The kept step whose span this is. */
export function stepOfSpan(plan: CopyPlan, spanId: string): StepHead | undefined {
  return [...plan.steps.values()].findLast((step) => step.spanId === spanId && !isInternal(step.name));
}

/** When a span began in this play: one that a fork has copied begins anew. */
export function beganAt(span: Readonly<Span>): number {
  return span.beganMs ?? span.startMs;
}
