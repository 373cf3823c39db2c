// All spans of one play, outside any framework: a Map and lists of children. Views read `rows()` again when `version` has grown.

import type { Span } from './span.ts';
import { isBad } from './status.ts';

export interface Row {
  readonly span: Span;
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

interface Inside {
  failed: number;
  waiting: number;
  running: number;
}

/** A small tree opens whole; a large one two levels and what needs a look. */
const SMALL = 200;

export class SpanStore {
  version = 0;
  readonly #spans = new Map<string, Span>();
  readonly #arrival = new Map<string, number>();
  readonly #folds = new Map<string, boolean>();
  readonly #listeners = new Set<() => void>();
  #rows: readonly Row[] | undefined;
  #told = true;

  get size(): number {
    return this.#spans.size;
  }

  get(id: string): Span | undefined {
    return this.#spans.get(id);
  }

  /** Takes changes in any order; an older one never replaces a newer one. */
  apply(changes: readonly Span[]): void {
    let changed = false;
    for (const span of changes) {
      const before = this.#spans.get(span.id);
      if (before !== undefined && before.seq >= span.seq) continue;
      if (before === undefined) this.#arrival.set(span.id, this.#arrival.size);
      this.#spans.set(span.id, span);
      changed = true;
    }
    if (changed) this.#changed();
  }

  fold(id: string, open: boolean): void {
    this.#folds.set(id, open);
    this.#changed();
  }

  foldAll(open: boolean): void {
    for (const span of this.#spans.values()) this.#folds.set(span.id, open || span.parentId === '');
    this.#changed();
  }

  /** Opens what leads to a span, so that it has a row. */
  reveal(id: string): void {
    let parent = this.#spans.get(id)?.parentId ?? '';
    let changed = false;
    for (let guard = 0; parent !== '' && guard < 1000; guard++) {
      if (this.#folds.get(parent) !== true) {
        this.#folds.set(parent, true);
        changed = true;
      }
      parent = this.#spans.get(parent)?.parentId ?? '';
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
    const children = this.#children();
    const inside = new Map<string, Inside>();
    const rows: Row[] = [];
    const roots = children.get('') ?? [];
    for (const root of roots) this.#count(root, children, inside);
    this.#walk(roots, 1, children, inside, rows);
    return rows;
  }

  /** Children by parent, in the order in which they began. A span whose parent is not here yet stands among the roots. */
  #children(): Map<string, Span[]> {
    const children = new Map<string, Span[]>();
    for (const span of this.#spans.values()) {
      const parent = this.#spans.has(span.parentId) ? span.parentId : '';
      const list = children.get(parent);
      if (list === undefined) children.set(parent, [span]);
      else list.push(span);
    }
    const arrival = (s: Span) => this.#arrival.get(s.id) ?? 0;
    for (const list of children.values()) {
      list.sort((a, b) => (a.startMs ?? Infinity) - (b.startMs ?? Infinity) || arrival(a) - arrival(b));
    }
    return children;
  }

  #count(span: Span, children: Map<string, Span[]>, inside: Map<string, Inside>): Inside {
    const sum: Inside = { failed: 0, waiting: 0, running: 0 };
    for (const child of children.get(span.id) ?? []) {
      const below = this.#count(child, children, inside);
      sum.failed += below.failed + (isBad(child.outcome) ? 1 : 0);
      sum.waiting += below.waiting + (child.outcome === 'awaiting_resume' ? 1 : 0);
      sum.running += below.running + (child.outcome === 'running' ? 1 : 0);
    }
    inside.set(span.id, sum);
    return sum;
  }

  #walk(
    siblings: readonly Span[],
    level: number,
    children: Map<string, Span[]>,
    inside: Map<string, Inside>,
    rows: Row[],
  ): void {
    siblings.forEach((span, index) => {
      const kids = children.get(span.id) ?? [];
      const sum = inside.get(span.id) ?? { failed: 0, waiting: 0, running: 0 };
      const open = kids.length > 0 && this.#isOpen(span, level, kids.length, sum);
      rows.push({
        span,
        level,
        position: index + 1,
        siblings: siblings.length,
        children: kids.length,
        open,
        failedInside: sum.failed,
        waitingInside: sum.waiting,
      });
      if (open) this.#walk(kids, level + 1, children, inside, rows);
    });
  }

  /** What a person folded stays folded. What opened by itself stays open: rows do not leave from under the pointer. */
  #isOpen(span: Span, level: number, kids: number, sum: Inside): boolean {
    const chosen = this.#folds.get(span.id);
    if (chosen !== undefined) return chosen;
    const open =
      this.#spans.size <= SMALL ||
      level === 1 ||
      (level === 2 && kids <= 50) ||
      sum.failed + sum.waiting + sum.running > 0;
    if (open) this.#folds.set(span.id, true);
    return open;
  }
}
