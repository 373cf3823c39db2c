// The tree under the rows: spans with their children and how many failed, waiting and running steps are inside. Every change costs the way to
// its root, not the whole tree.

import { foldRepeats } from './repeats.ts';
import type { Span } from './span.ts';
import type { Node, Repeat } from './span-node.ts';
import { isBad, type Status } from './status.ts';

const COUNTED = ['failed', 'waiting', 'running'] as const;

export class SpanNodes {
  readonly byId = new Map<string, Node>();
  readonly #roots: Node[] = [];
  /** Children whose parent is not here yet. */
  readonly #orphans = new Map<string, Node[]>();

  /** Gives false for what is known already: an older change never replaces a newer one. */
  put(span: Span): boolean {
    const node = this.byId.get(span.id);
    if (node === undefined) {
      this.#add(span);
      return true;
    }
    if (node.span.seq >= span.seq) return false;
    if (node.parent !== undefined && movesAmongSiblings(node.span, span)) disturb(node.parent);
    this.#count(node, -1);
    node.span = span;
    this.#count(node, 1);
    return true;
  }

  /** In the order in which they began. */
  childrenOf(node: Node): readonly Node[] {
    if (!node.sorted) {
      sort(node.children);
      node.sorted = true;
    }
    return node.children;
  }

  /** The same, many equal ones in one. */
  foldedOf(node: Node): readonly (Node | Repeat)[] {
    const children = this.childrenOf(node);
    node.folded ??= foldRepeats(children);
    return node.folded;
  }

  /** Roots; before the first root is here, what has no parent yet. */
  roots(): readonly Node[] {
    const list = this.#roots.length > 0 ? this.#roots : [...this.#orphans.values()].flat();
    sort(list);
    return list;
  }

  #add(span: Span): void {
    const node: Node = {
      span,
      parent: undefined,
      children: this.#orphans.get(span.id) ?? [],
      sorted: false,
      folded: undefined,
      arrival: this.byId.size,
      failed: 0,
      waiting: 0,
      running: 0,
    };
    this.#orphans.delete(span.id);
    this.byId.set(span.id, node);
    for (const child of node.children) {
      child.parent = node;
      for (const key of COUNTED) node[key] += child[key] + own(child.span, key);
    }
    const parent = this.byId.get(span.parentId);
    if (parent !== undefined && !isWithin(parent, node)) {
      node.parent = parent;
      parent.children.push(node);
      disturb(parent);
      for (const key of COUNTED) add(node, key, node[key] + own(span, key));
    } else if (span.parentId === '' || parent !== undefined) this.#roots.push(node);
    else {
      const list = this.#orphans.get(span.parentId);
      if (list === undefined) this.#orphans.set(span.parentId, [node]);
      else list.push(node);
    }
  }

  #count(node: Node, sign: number): void {
    for (const key of COUNTED) if (own(node.span, key) !== 0) add(node, key, sign);
  }
}

/** Whether a span stands in the other one, or is it. Parents are as a play says: they may lead in a circle. */
function isWithin(inner: Node, outer: Node): boolean {
  if (outer.children.length === 0) return inner === outer;
  let at: Node | undefined = inner;
  while (at !== undefined && at !== outer) at = at.parent;
  return at === outer;
}

function disturb(parent: Node): void {
  parent.sorted = false;
  parent.folded = undefined;
}

/** Its place, or what it is alike, is another one. */
function movesAmongSiblings(before: Span, after: Span): boolean {
  return (
    before.startMs !== after.startMs ||
    before.name !== after.name ||
    before.line !== after.line ||
    before.kind !== after.kind
  );
}

function own(span: Span, key: (typeof COUNTED)[number]): number {
  return kindOf(span.outcome) === key ? 1 : 0;
}

function kindOf(outcome: Status): string {
  return isBad(outcome) ? 'failed' : outcome === 'awaiting_resume' ? 'waiting' : outcome;
}

function add(node: Node, key: (typeof COUNTED)[number], by: number): void {
  if (by === 0) return;
  for (let at = node.parent; at !== undefined; at = at.parent) at[key] += by;
}

function sort(list: Node[]): void {
  list.sort((a, b) => (a.span.startMs ?? Infinity) - (b.span.startMs ?? Infinity) || a.arrival - b.arrival);
}
