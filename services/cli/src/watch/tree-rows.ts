// The tree of spans as rows, folded as far as needed to fit a height. What failed, runs or waits is never folded away while
// anything else is left to fold; where rows are left out, a row says how many.

import type { SpanView } from './play-view.ts';

export interface Row {
  /** Guides of the tree, "│  ├─ ". */
  readonly guide: string;
  readonly label: string;
  readonly status: string;
  /** Added to the status: "play 01kcs9...", "attempt 2", "12 inside". */
  readonly note: string;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly error: string;
}

export const LEFT_OUT = 'left_out';

interface Node {
  readonly span: SpanView;
  readonly children: Node[];
  /** Spans below it. */
  readonly inside: number;
  /** It and all below ended well. */
  readonly calm: boolean;
}

interface Item {
  readonly node: Node;
  /** Further siblings of the same name that this row stands for. */
  readonly repeats: Node[];
}

const FOLD_FROM = 3;
/** Below so many levels rows have no room, and a play can make more of them than a stack holds. */
const DEEPEST = 100;
const CALM = new Set(['ok', 'replayed']);

/** 0: everything. 1: calm repeats of one name under one parent are one row. 2: what is below a calm span is hidden too. */
type Level = 0 | 1 | 2;

export function treeRows(spans: Iterable<SpanView>, height = Number.POSITIVE_INFINITY): Row[] {
  const roots = buildTree([...spans]);
  let rows: Row[] = [];
  for (const level of [0, 1, 2] as const) {
    rows = [];
    addRows(rows, roots, '', true, level);
    if (rows.length <= height) return rows;
  }
  return cut(rows, height);
}

function buildTree(spans: readonly SpanView[]): Node[] {
  const known = new Set(spans.map((s) => s.id));
  const byParent = new Map<string, SpanView[]>();
  for (const span of spans) {
    const parent = known.has(span.parentId) && span.parentId !== span.id ? span.parentId : '';
    const siblings = byParent.get(parent);
    if (siblings === undefined) byParent.set(parent, [span]);
    else siblings.push(span);
  }
  const make = (span: SpanView, depth: number): Node => {
    if (depth === DEEPEST) return shut(span, byParent);
    const children = inOrder(byParent.get(span.id) ?? []).map((child) => make(child, depth + 1));
    return {
      span,
      children,
      inside: children.reduce((sum, c) => sum + 1 + c.inside, 0),
      calm: CALM.has(span.status) && children.every((c) => c.calm),
    };
  };
  return inOrder(byParent.get('') ?? []).map((root) => make(root, 0));
}

/** With what is below it counted and not shown. */
function shut(span: SpanView, byParent: ReadonlyMap<string, readonly SpanView[]>): Node {
  const below = [span];
  for (const one of below) for (const child of byParent.get(one.id) ?? []) below.push(child);
  return { span, children: [], inside: below.length - 1, calm: below.every(({ status }) => CALM.has(status)) };
}

/** By start; what starts together keeps the order of its first appearance. */
function inOrder(spans: readonly SpanView[]): SpanView[] {
  return [...spans].sort((a, b) => (a.startMs ?? 0) - (b.startMs ?? 0));
}

function addRows(rows: Row[], siblings: readonly Node[], indent: string, isRoot: boolean, level: Level): void {
  const items = level === 0 ? siblings.map((node) => ({ node, repeats: [] })) : foldRepeats(siblings);
  items.forEach((item, i) => {
    const last = i === items.length - 1;
    const guide = isRoot ? '' : `${indent}${last ? '└─ ' : '├─ '}`;
    const folded = item.repeats.length > 0;
    const isShut = item.node.children.length === 0;
    const hidden = folded || isShut || (level === 2 && item.node.calm && !isRoot);
    rows.push(folded ? repeatRow(guide, item) : spanRow(guide, item.node, hidden));
    if (!hidden) addRows(rows, item.node.children, isRoot ? '' : `${indent}${last ? '   ' : '│  '}`, false, level);
  });
}

function foldRepeats(siblings: readonly Node[]): Item[] {
  const byName = new Map<string, Node[]>();
  for (const node of siblings) {
    if (!node.calm) continue;
    const same = byName.get(node.span.label);
    if (same === undefined) byName.set(node.span.label, [node]);
    else same.push(node);
  }
  const items: Item[] = [];
  for (const node of siblings) {
    const same = node.calm ? (byName.get(node.span.label) ?? []) : [];
    if (same.length < FOLD_FROM) items.push({ node, repeats: [] });
    else if (same[0] === node) items.push({ node, repeats: same.slice(1) });
  }
  return items;
}

function spanRow(guide: string, node: Node, hidden: boolean): Row {
  const { label, status, startMs, endMs, attempt, error, childPlaySid } = node.span;
  const notes: string[] = [];
  if (childPlaySid !== '') notes.push(`play ${childPlaySid}`);
  if (attempt > 1) notes.push(`attempt ${attempt}`);
  if (hidden && node.inside > 0) notes.push(`${node.inside} inside`);
  return { guide, label, status, note: notes.join(', '), startMs, endMs, error };
}

function repeatRow(guide: string, item: Item): Row {
  const all = [item.node, ...item.repeats];
  const inside = all.reduce((sum, n) => sum + n.inside, 0);
  const replayed = all.every((n) => n.span.status === 'replayed');
  const starts = all.flatMap((n) => n.span.startMs ?? []);
  const ends = all.flatMap((n) => n.span.endMs ?? []);
  return {
    guide,
    label: `${item.node.span.label} ×${all.length}`,
    status: replayed ? 'replayed' : 'ok',
    note: inside > 0 ? `${inside} inside` : '',
    startMs: starts.length === 0 ? undefined : starts.reduce((a, b) => Math.min(a, b)),
    endMs: ends.length === 0 ? undefined : ends.reduce((a, b) => Math.max(a, b)),
    error: '',
  };
}

/** Keeps the first row and, as room allows, the restless rows and then the latest ones; one row says how many are left out. */
function cut(rows: readonly Row[], height: number): Row[] {
  const room = Math.max(1, height) - 1;
  if (room === 0) return [leftOut(rows.length)];
  const restless = rows.flatMap((row, i) => (CALM.has(row.status) ? [] : [i]));
  const calm = rows.flatMap((row, i) => (CALM.has(row.status) ? [i] : []));
  const chosen = new Set([0, ...restless.reverse(), ...calm.reverse()].slice(0, room + 1));
  while (chosen.size > room) chosen.delete([...chosen].at(-1) as number);
  const kept = rows.filter((_, i) => chosen.has(i));
  return [...kept, leftOut(rows.length - kept.length)];
}

function leftOut(count: number): Row {
  const label = `${count} more rows; "hero-logic play show --spans" has them all`;
  return { guide: '', label, status: LEFT_OUT, note: '', startMs: undefined, endMs: undefined, error: '' };
}
