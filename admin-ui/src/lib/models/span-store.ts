// All spans of one play and the rows that are shown of them, outside any framework. Views read `rows()` again when `version` has grown.

import { isRepeat, needsLook } from './repeats.ts';
import type { Span } from './span.ts';
import type { Node, Repeat } from './span-node.ts';
import { SpanNodes } from './span-nodes.ts';

export interface Row {
  /** Of the span; of many equal ones an id of their own. */
  readonly id: string;
  /** The span; of many equal ones the first. */
  readonly span: Span;
  /** Many equal steps in one row. */
  readonly repeat: Repeat | undefined;
  /** 1 for roots. */
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
  readonly children: number;
  readonly open: boolean;
  /** Failed and waiting steps inside, shown while the row is folded. */
  readonly failedInside: number;
  readonly waitingInside: number;
}

/** A small tree opens whole; a large one two levels and what needs a look. */
const SMALL = 200;
const DEFAULT_DEPTH = 1;
const SHORT = 50;
/** Of a folded repeat so many members that need a look are shown all the same. */
const NOTABLE = 20;

export class SpanStore {
  version = 0;
  readonly nodes = new SpanNodes();
  readonly #folds = new Map<string, boolean>();
  readonly #listeners = new Set<() => void>();
  #depth: number | undefined;
  #unfolded = false;
  /** Folded by hand as a whole: not even failures open by themselves. */
  #closed = false;
  #filter: ((span: Span) => boolean) | undefined;
  #rows: readonly Row[] | undefined;
  #told = true;

  get size(): number {
    return this.nodes.byId.size;
  }

  /** 0 to 9, or undefined while nobody has chosen. */
  get depth(): number | undefined {
    return this.#depth;
  }

  get(id: string): Span | undefined {
    return this.nodes.byId.get(id)?.span;
  }

  all(): Span[] {
    return [...this.nodes.byId.values()].map((n) => n.span);
  }

  /** Takes changes in any order; an older one never replaces a newer one. */
  apply(changes: readonly Span[]): void {
    let changed = false;
    for (const span of changes) changed = this.nodes.put(span) || changed;
    if (changed) this.#changed();
  }

  fold(id: string, open: boolean): void {
    this.#folds.set(id, open);
    this.#changed();
  }

  foldAll(open: boolean): void {
    this.#folds.clear();
    this.#unfolded = open;
    this.#depth = open ? 9 : 1;
    this.#closed = !open;
    this.#changed();
  }
  /** How many levels are shown below the root; 9 = all, but repeats stay folded. */
  setDepth(depth: number): void {
    this.#folds.clear();
    this.#unfolded = false;
    this.#closed = false;
    this.#depth = depth;
    this.#changed();
  }

  /** Only what matches, with the way that leads to it. */
  setFilter(matches: ((span: Span) => boolean) | undefined): void {
    this.#filter = matches;
    this.#changed();
  }

  /** Opens what leads to a span, so that it has a row. */
  reveal(id: string): void {
    const node = this.nodes.byId.get(id);
    if (node === undefined) return;
    let changed = false;
    const open = (key: string) => {
      if (this.#folds.get(key) === true) return;
      this.#folds.set(key, true);
      changed = true;
    };
    for (let at: Node | undefined = node; at !== undefined; at = at.parent) {
      if (at !== node) open(at.span.id);
      const siblings = at.parent === undefined ? [] : this.nodes.foldedOf(at.parent);
      const repeat = siblings.find((s) => isRepeat(s) && s.members.includes(at as Node));
      if (repeat !== undefined && isRepeat(repeat) && at.parent !== undefined) open(repeatId(at.parent, repeat));
    }
    if (changed) this.#changed();
  }

  /** Listeners hear of many changes once. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The visible rows in order. The same array until something changes. */
  rows(): readonly Row[] {
    this.#rows ??= this.#flatten();
    return this.#rows;
  }

  #changed(): void {
    this.#rows = undefined;
    this.version++;
    if (!this.#told) return;
    this.#told = false;
    queueMicrotask(() => {
      this.#told = true;
      for (const listener of this.#listeners) listener();
    });
  }

  #flatten(): Row[] {
    const rows: Row[] = [];
    const roots = this.nodes.roots();
    if (this.#filter === undefined) this.#walk(roots, 1, rows);
    else {
      const kept = new Map<Node, boolean>();
      for (const root of roots) this.#keep(root, this.#filter, kept);
      this.#walkKept(roots, 1, kept, rows);
    }
    return rows;
  }

  #walk(siblings: readonly (Node | Repeat)[], level: number, rows: Row[], parent?: Node): void {
    siblings.forEach((item, index) => {
      const place = { level, position: index + 1, siblings: siblings.length };
      if (isRepeat(item)) {
        this.#walkRepeat(item, place, rows, parent);
        return;
      }
      const kids = this.nodes.childrenOf(item);
      const open = kids.length > 0 && this.#isOpen(item, level);
      rows.push(rowOf(item, place, open));
      if (open) this.#walk(this.#unfolded ? kids : this.nodes.foldedOf(item), level + 1, rows, item);
    });
  }

  #walkRepeat(repeat: Repeat, place: Place, rows: Row[], parent: Node | undefined): void {
    const id = repeatId(parent, repeat);
    const chosen = this.#folds.get(id);
    const shown = chosen === true ? repeat.members : chosen === false || this.#closed ? [] : notable(repeat);
    const first = repeat.members[0] as Node;
    rows.push({
      ...rowOf(first, place, shown.length > 0),
      id,
      repeat,
      children: repeat.members.length,
      failedInside: sum(repeat.members, 'failed'),
      waitingInside: sum(repeat.members, 'waiting'),
    });
    this.#walk(shown, place.level + 1, rows, parent);
  }

  /** Marks what matches or holds something that does. */
  #keep(node: Node, matches: (span: Span) => boolean, kept: Map<Node, boolean>): boolean {
    let inside = false;
    for (const child of node.children) inside = this.#keep(child, matches, kept) || inside;
    const keep = inside || matches(node.span);
    if (keep) kept.set(node, inside);
    return keep;
  }

  #walkKept(list: readonly Node[], level: number, kept: ReadonlyMap<Node, boolean>, rows: Row[]): void {
    const siblings = list.filter((n) => kept.has(n));
    siblings.forEach((node, index) => {
      const open = kept.get(node) === true && this.#folds.get(node.span.id) !== false;
      rows.push(rowOf(node, { level, position: index + 1, siblings: siblings.length }, open));
      if (open) this.#walkKept(this.nodes.childrenOf(node), level + 1, kept, rows);
    });
  }

  /** What a person folded stays folded. What opened by itself stays open: rows do not leave from under the pointer. */
  #isOpen(node: Node, level: number): boolean {
    const chosen = this.#folds.get(node.span.id);
    if (chosen !== undefined) return chosen;
    const depth = this.#depth ?? (this.size <= SMALL ? 9 : DEFAULT_DEPTH);
    if (level <= depth || depth === 9) return true;
    if (this.#depth === undefined && level === 2 && this.nodes.foldedOf(node).length <= SHORT) return true;
    const open = !this.#closed && node.failed + node.waiting + (this.#depth === undefined ? node.running : 0) > 0;
    if (open) this.#folds.set(node.span.id, true);
    return open;
  }
}

interface Place {
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
}

function rowOf(node: Node, place: Place, open: boolean): Row {
  // Written out: tens of thousands of rows are made at once.
  return {
    level: place.level,
    position: place.position,
    siblings: place.siblings,
    id: node.span.id,
    span: node.span,
    repeat: undefined,
    children: node.children.length,
    open,
    failedInside: node.failed,
    waitingInside: node.waiting,
  };
}

function repeatId(parent: Node | undefined, repeat: Repeat): string {
  return `many:${parent?.span.id ?? ''}:${repeat.key}`;
}

function notable(repeat: Repeat): readonly Node[] {
  const found: Node[] = [];
  for (const member of repeat.members) {
    if (needsLook(member)) found.push(member);
    if (found.length === NOTABLE) break;
  }
  return found;
}

function sum(members: readonly Node[], key: 'failed' | 'waiting'): number {
  const status = key === 'failed' ? ['failed', 'timed_out'] : ['awaiting_resume'];
  return members.reduce((n, m) => n + m[key] + (status.includes(m.span.outcome) ? 1 : 0), 0);
}
