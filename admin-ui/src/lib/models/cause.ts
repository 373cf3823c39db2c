// What failed first, what it took down, and what retries hid.

import type { Span } from './span.ts';
import type { Node } from './span-node.ts';
import type { SpanNodes } from './span-nodes.ts';
import { isBad } from './status.ts';

export interface Cause {
  /** The failed step that ended first with nothing failed inside it. */
  readonly first: Span | undefined;
  /** Other steps that failed by themselves. */
  readonly others: number;
  /** Steps above the first cause that failed with it. */
  readonly took: number;
  /** Steps that went well only when tried again. */
  readonly hidden: readonly Span[];
}

export function causeOf(nodes: SpanNodes): Cause {
  let first: Node | undefined;
  let others = -1;
  const hidden: Span[] = [];
  for (const node of nodes.byId.values()) {
    const { span } = node;
    if (span.attempts.length > 1 && !isBad(span.outcome)) hidden.push(span);
    if (!isBad(span.outcome) || node.failed > 0) continue;
    others++;
    if (first === undefined || (span.endMs ?? Infinity) < (first.span.endMs ?? Infinity)) first = node;
  }
  let took = 0;
  for (let at = first?.parent; at !== undefined; at = at.parent) if (isBad(at.span.outcome)) took++;
  return { first: first?.span, others: Math.max(0, others), took, hidden };
}
