import type { Span } from './span.ts';

/** A span in the tree under the rows. */
export interface Node {
  span: Span;
  parent: Node | undefined;
  readonly children: Node[];
  sorted: boolean;
  /** The children with repeats as one, until something changes among them. */
  folded: readonly (Node | Repeat)[] | undefined;
  readonly arrival: number;
  /** Inside, without the node itself. */
  failed: number;
  waiting: number;
  running: number;
}

/** Many equal steps under one parent: one line with a count. */
export interface Repeat {
  readonly key: string;
  readonly members: readonly Node[];
}
