import type { Node } from './span-node.ts';
import type { SpanNodes } from './span-nodes.ts';

/**
 * The steps that the end of a play waited for: backwards from the end, always the child that ended last before the step after it began.
 * Shortening anything else does not make the play end sooner.
 */
export function criticalPath(nodes: SpanNodes, now: number): Set<string> {
  const path = new Set<string>();
  const follow = (node: Node, until: number) => {
    path.add(node.span.id);
    let end = Math.min(until, node.span.endMs ?? now);
    const begun = nodes
      .childrenOf(node)
      .filter((c) => c.span.startMs !== undefined)
      .sort((a, b) => (b.span.endMs ?? now) - (a.span.endMs ?? now));
    for (const child of begun) {
      const { startMs = 0, endMs = now } = child.span;
      // Steps that run side by side: only the one that ended last was waited for.
      if (endMs > end + 1 || startMs >= end) continue;
      follow(child, endMs);
      end = startMs;
    }
  };
  for (const root of nodes.roots()) follow(root, root.span.endMs ?? now);
  return path;
}
