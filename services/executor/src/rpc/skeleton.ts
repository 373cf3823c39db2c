// A tree for a first look: the first spans, and wherever they stand those that people must see, each with its ancestors.

import type { SpanStore } from '../domain/ports.ts';
import type { SpanRecord } from '../domain/span-tree.ts';

/** A tree in which everything fails must not fill a reply without bound. */
const MOST_BEYOND = 5000;

export interface Skeleton {
  /** By first appearance. */
  readonly records: readonly SpanRecord[];
  readonly count: number;
  readonly seq: number;
}

export async function readSkeleton(spans: SpanStore, playSid: string, limit: number): Promise<Skeleton> {
  // The seq first: what changes while the spans are read comes again to whoever watches from there.
  const { count, seq } = await spans.summary(playSid);
  const first = await spans.listInOrder(playSid, 0, limit);
  if (first.length >= count) return { records: first, count, seq };
  const from = (first.at(-1)?.order ?? -1) + 1;
  const found = new Map(first.map((record) => [record.span.spanId, record]));
  for (const record of await spans.listAttention(playSid, from, MOST_BEYOND)) {
    await addWithAncestors(spans, playSid, record, found);
  }
  const records = [...found.values()].sort((a, b) => a.order - b.order);
  return { records, count, seq };
}

async function addWithAncestors(
  spans: SpanStore,
  playSid: string,
  record: SpanRecord,
  found: Map<string, SpanRecord>,
): Promise<void> {
  let next: SpanRecord | undefined = record;
  while (next !== undefined && !found.has(next.span.spanId)) {
    found.set(next.span.spanId, next);
    const { parentId }: { parentId: string } = next.span;
    next = parentId === '' || found.has(parentId) ? undefined : await spans.get(playSid, parentId);
  }
}
