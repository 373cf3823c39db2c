// Places of boxes, from left to right. Frames are laid out from the inside: what is in one is placed first, then the frame is a box of that size.

import { Graph, layout } from '@dagrejs/dagre';
import type { Box } from '../../models/graph.ts';

export interface Place {
  /** Relative to the frame around it. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Plan {
  readonly boxes: readonly Box[];
  readonly arrows: readonly (readonly [string, string])[];
}

const WIDTH = 188;
const HEIGHT = 62;
const PAD = 16;
const HEAD = 36;

export function placesOf(plan: Plan): Map<string, Place> {
  const places = new Map<string, Place>();
  place(plan, places, 0, 0);
  return places;
}

function place(
  { boxes, arrows }: Plan,
  places: Map<string, Place>,
  left: number,
  top: number,
): { width: number; height: number } {
  const graph = new Graph().setGraph({ rankdir: 'LR', nodesep: 24, ranksep: 56 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const box of boxes) {
    let size = { width: WIDTH, height: HEIGHT };
    if (box.inside.length > 0) {
      const inside = place({ boxes: box.inside, arrows: box.arrows }, places, PAD, HEAD);
      size = { width: Math.max(WIDTH, inside.width + 2 * PAD), height: inside.height + HEAD + PAD };
    }
    graph.setNode(box.id, size);
  }
  for (const [from, to] of arrows) graph.setEdge(from, to);
  layout(graph);
  let width = 0;
  let height = 0;
  for (const box of boxes) {
    const node = graph.node(box.id) as { x: number; y: number; width: number; height: number };
    const x = node.x - node.width / 2;
    const y = node.y - node.height / 2;
    places.set(box.id, { x: x + left, y: y + top, width: node.width, height: node.height });
    width = Math.max(width, x + node.width);
    height = Math.max(height, y + node.height);
  }
  return { width, height };
}

/** Without arrows being looked at: columns of eight. For when the layout takes too long. */
export function simplePlaces({ boxes }: Plan): Map<string, Place> {
  return new Map(
    boxes.map((box, index) => [
      box.id,
      { x: Math.floor(index / 8) * (WIDTH + 56), y: (index % 8) * (HEIGHT + 24), width: WIDTH, height: HEIGHT },
    ]),
  );
}
