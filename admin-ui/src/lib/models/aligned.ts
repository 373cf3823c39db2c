// Two plays step by step: matched by code name, call path and occurrence, so that a moved line or a slower step changes nothing.

import { longestCommon } from './line-diff.ts';
import { foldRepeats, isRepeat, MANY } from './repeats.ts';
import { label, type Span } from './span.ts';
import type { Node, Repeat } from './span-node.ts';
import type { SpanNodes } from './span-nodes.ts';
import { isBad } from './status.ts';

export interface Side {
  /** One of many: the first. */
  readonly span: Span;
  readonly count: number;
  readonly failed: number;
  /** Of all of them together. */
  readonly tookMs: number | undefined;
}

export interface Pair {
  readonly key: string;
  readonly level: number;
  readonly title: string;
  readonly a: Side | undefined;
  readonly b: Side | undefined;
  readonly change: 'same' | 'only-a' | 'only-b' | 'outcome' | 'count' | 'slower' | 'faster';
}

/** A step is slower or faster once it takes half as long again, and not just a blink. */
const FACTOR = 1.5;
const BLINK_MS = 100;
const MOST = 5000;

export function alignPlays(a: SpanNodes, b: SpanNodes): Pair[] {
  const pairs: Pair[] = [];
  walk(a, b, a.roots(), b.roots(), 1, '', pairs);
  return pairs;
}

/** The first pair where the plays part: a step that only one has, or one that ended differently. */
export function firstDifference(pairs: readonly Pair[]): Pair | undefined {
  const parts = pairs.filter((p) => ['only-a', 'only-b', 'outcome', 'count'].includes(p.change));
  // A step is no better explanation than what is inside it.
  return (
    parts.find((p) => !pairs.some((q) => q !== p && q.key.startsWith(`${p.key}/`) && parts.includes(q))) ?? parts[0]
  );
}

type Item = Node | Repeat;

function walk(
  a: SpanNodes,
  b: SpanNodes,
  left: readonly Node[],
  right: readonly Node[],
  level: number,
  path: string,
  pairs: Pair[],
): void {
  const as = named(foldRepeats(left, MANY));
  const bs = named(foldRepeats(right, MANY));
  const common = longestCommon(
    as.map(([key]) => key),
    bs.map(([key]) => key),
  );
  let i = 0;
  let j = 0;
  const emit = (key: string, x: Item | undefined, y: Item | undefined) => {
    if (pairs.length >= MOST) return;
    pairs.push(pairOf(`${path}/${key}`, level, x, y));
    const kids = (nodes: SpanNodes, item: Item | undefined) =>
      item === undefined || isRepeat(item) ? [] : nodes.childrenOf(item);
    walk(a, b, kids(a, x), kids(b, y), level + 1, `${path}/${key}`, pairs);
  };
  for (const [x, y] of [...common, [as.length, bs.length] as const]) {
    for (; i < x; i++) emit(as[i]?.[0] ?? '', as[i]?.[1], undefined);
    for (; j < y; j++) emit(bs[j]?.[0] ?? '', undefined, bs[j]?.[1]);
    if (x < as.length) emit(as[x]?.[0] ?? '', as[x]?.[1], bs[y]?.[1]);
    i = x + 1;
    j = y + 1;
  }
}

/** Names with their occurrence among the siblings. */
function named(items: readonly Item[]): [string, Item][] {
  const seen = new Map<string, number>();
  return items.map((item) => {
    const { span } = isRepeat(item) ? (item.members[0] as Node) : item;
    const name = `${span.kind} ${span.name}`;
    const n = seen.get(name) ?? 0;
    seen.set(name, n + 1);
    return [`${name} ${n}`, item];
  });
}

function sideOf(item: Item | undefined): Side | undefined {
  if (item === undefined) return undefined;
  const members = isRepeat(item) ? item.members : [item];
  const times = members.flatMap(({ span: s }) =>
    s.startMs === undefined || s.endMs === undefined ? [] : [s.endMs - s.startMs],
  );
  return {
    span: (members[0] as Node).span,
    count: members.length,
    failed: members.filter((m) => isBad(m.span.outcome)).length,
    tookMs: times.length === 0 ? undefined : times.reduce((x, y) => x + y, 0),
  };
}

function pairOf(key: string, level: number, x: Item | undefined, y: Item | undefined): Pair {
  const a = sideOf(x);
  const b = sideOf(y);
  const one = (b ?? a) as Side;
  return { key, level, title: one.count > 1 ? one.span.name : label(one.span), a, b, change: changeOf(a, b) };
}

function changeOf(a: Side | undefined, b: Side | undefined): Pair['change'] {
  if (a === undefined) return 'only-b';
  if (b === undefined) return 'only-a';
  if (a.count === 1 && b.count === 1 && a.span.outcome !== b.span.outcome) return 'outcome';
  if (a.failed > 0 !== b.failed > 0) return 'outcome';
  if (a.count !== b.count) return 'count';
  const [x, y] = [a.tookMs, b.tookMs];
  if (x === undefined || y === undefined || Math.abs(x - y) < BLINK_MS || a.span.kind === 'pause') return 'same';
  return y > x * FACTOR ? 'slower' : x > y * FACTOR ? 'faster' : 'same';
}
