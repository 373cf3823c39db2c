/**
 * What a dry replay has to know of the spans of a play. Pure.
 *
 * It runs no step that is not recorded, with one exception: a step that was under way when something inside it was
 * recorded or asked is entered, as far as the last of these, since they are only met there. A step that failed fails
 * again with what it said. Recorded spans are given for their order, the order in which the flow came to them. What ran
 * inside recorded steps is left out: nobody gets there.
 */

import { isInternal, type StepHead } from './record-copy.ts';
import { type FlowError, isPlace, type Span } from './span.ts';

export interface KnownSpan {
  readonly spanId: string;
  readonly order: number;
  /** Recorded steps and pauses inside it; 0 = it is not entered. */
  readonly inner: number;
  readonly error?: Pick<FlowError, 'type' | 'message'> | undefined;
}

/** `spans` by first appearance. */
export function knownSpans(spans: readonly Readonly<Span>[], steps: readonly StepHead[]): KnownSpan[] {
  const recorded = new Set(steps.filter((step) => !isInternal(step.name)).map((step) => step.spanId));
  const parents = new Map<string, string>();
  const inside = new Set<string>();
  const inner = new Map<string, number>();
  const known: { readonly span: Readonly<Span>; readonly order: number }[] = [];
  for (const [order, span] of spans.entries()) {
    const { spanId, parentId } = span;
    parents.set(spanId, parentId);
    if (inside.has(parentId) || recorded.has(parentId)) inside.add(spanId);
    if (inside.has(spanId)) continue;
    if (recorded.has(spanId) || (span.kind === 'pause' && !isPlace(span))) {
      for (let id = parentId; id !== ''; id = parents.get(id) ?? '') inner.set(id, (inner.get(id) ?? 0) + 1);
    }
    if (recorded.has(spanId) || (span.kind !== 'pause' && !isPlace(span))) known.push({ span, order });
  }
  return known.map(({ span, order }) => {
    const error = recorded.has(span.spanId) ? undefined : raisedBy(span);
    return { spanId: span.spanId, order, inner: inner.get(span.spanId) ?? 0, error };
  });
}

/** What its body raised. Without a traceback it was the end of the process that ended it, or the flow's own `Failed`. */
function raisedBy({ status, error }: Readonly<Span>): KnownSpan['error'] {
  if (error === undefined || (status !== 'failed' && status !== 'timed_out')) return undefined;
  if (error.traceback === '' && error.type !== 'Failed') return undefined;
  return { type: error.type, message: error.message };
}
