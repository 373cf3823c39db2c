// Many equal steps under one parent are one line with a count: the same step of the same line of code.

import type { Node, Repeat } from './span-node.ts';
import type { Status } from './status.ts';

/** So many of a kind before they are folded, and, where rows are cheap, so many siblings. */
export const MANY = 5;
const CROWD = 12;

/** The children in order; repeats stand where their first member stands. */
export function foldRepeats(children: readonly Node[], crowd = CROWD): (Node | Repeat)[] {
  if (children.length <= crowd) return [...children];
  const groups = groupsOf(children);
  const folded: (Node | Repeat)[] = [];
  children.forEach((child, at) => {
    const members = groups[at] as Node[];
    if (members.length < MANY) folded.push(child);
    else if (members[0] === child) folded.push({ key: keyOf(child), members });
  });
  return folded;
}

/** The group of each child, by its place. Equal steps mostly follow each other: only where they change is a key made. */
function groupsOf(children: readonly Node[]): Node[][] {
  const byKey = new Map<string, Node[]>();
  const groups: Node[][] = [];
  let before: Node | undefined;
  let group: Node[] = [];
  for (const child of children) {
    if (before === undefined || !isAlike(before, child)) {
      const key = keyOf(child);
      group = byKey.get(key) ?? [];
      byKey.set(key, group);
    }
    group.push(child);
    groups.push(group);
    before = child;
  }
  return groups;
}

function isAlike(a: Node, b: Node): boolean {
  return a.span.name === b.span.name && a.span.line === b.span.line && a.span.kind === b.span.kind;
}

export function isRepeat(item: Node | Repeat): item is Repeat {
  return 'members' in item;
}

function keyOf({ span }: Node): string {
  return `${span.kind} ${span.name} ${span.line}`;
}

/** How many of each outcome, those that need a look first. */
export function outcomes(members: readonly Node[]): [Status, number][] {
  const order: Status[] = [
    'failed',
    'timed_out',
    'awaiting_resume',
    'running',
    'ok',
    'replayed',
    'cancelled',
    'pending',
  ];
  const counts = new Map<Status, number>();
  for (const { span } of members) counts.set(span.outcome, (counts.get(span.outcome) ?? 0) + 1);
  return order.flatMap((status) => (counts.has(status) ? [[status, counts.get(status) as number]] : [])) as [
    Status,
    number,
  ][];
}

/** Failed, waiting or running, or something of that kind inside. */
export function needsLook(node: Node): boolean {
  const { outcome } = node.span;
  return (
    node.failed + node.waiting + node.running > 0 ||
    outcome === 'failed' ||
    outcome === 'timed_out' ||
    outcome === 'awaiting_resume' ||
    outcome === 'running'
  );
}
