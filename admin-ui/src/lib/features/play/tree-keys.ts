import type { Row } from '../../models/span-store.ts';

export type TreeMove =
  | { readonly kind: 'select'; readonly id: string }
  | { readonly kind: 'fold'; readonly id: string; readonly open: boolean };

/** What a key does in the tree, after the ARIA pattern; undefined = not ours. */
export function treeMove(key: string, rows: readonly Row[], current: string): TreeMove | undefined {
  const at = rows.findIndex((r) => r.id === current);
  const row = rows[at];
  const select = (to: Row | undefined): TreeMove | undefined =>
    to === undefined ? undefined : { kind: 'select', id: to.id };
  if (row === undefined) {
    if (key === 'End' || key === 'ArrowUp') return select(rows.at(-1));
    return ['ArrowDown', 'Home', 'j'].includes(key) ? select(rows[0]) : undefined;
  }
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return select(rows[at + 1]);
    case 'ArrowUp':
    case 'k':
      return select(rows[at - 1]);
    case 'PageDown':
      return select(rows[Math.min(rows.length - 1, at + 20)]);
    case 'PageUp':
      return select(rows[Math.max(0, at - 20)]);
    case 'Home':
      return select(rows[0]);
    case 'End':
      return select(rows.at(-1));
    case 'ArrowRight':
      if (row.children === 0) return undefined;
      return row.open ? select(rows[at + 1]) : { kind: 'fold', id: current, open: true };
    case 'ArrowLeft':
      if (row.open) return { kind: 'fold', id: current, open: false };
      return select(rows.slice(0, at).findLast((r) => r.level < row.level));
    default:
      return undefined;
  }
}
