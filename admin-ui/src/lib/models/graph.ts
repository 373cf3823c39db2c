// The drawing of a play for people who read no code: one box per step or per many equal ones, frames for what has steps inside, arrows for what
// came after what. Only what fits is drawn, and what does not is said.

import { duration } from './format.ts';
import { preview } from './json.ts';
import type { Play } from './play.ts';
import { foldRepeats, isRepeat, MANY, outcomes } from './repeats.ts';
import { failureLine, label } from './span.ts';
import type { Node, Repeat } from './span-node.ts';
import type { SpanNodes } from './span-nodes.ts';
import { isBad, type Status } from './status.ts';

export interface Box {
  readonly id: string;
  /** The step that it leads to. */
  readonly spanId: string;
  readonly title: string;
  readonly note: string;
  readonly status: Status;
  /** 1 for a step of its own. */
  readonly count: number;
  readonly parts: readonly (readonly [Status, number])[];
  readonly attempts: number;
  /** Taken from a record, not run by this play. */
  readonly kept: boolean;
  readonly kind: Node['span']['kind'];
  /** A frame when there are any. */
  readonly inside: readonly Box[];
  readonly arrows: readonly (readonly [string, string])[];
  /** Steps inside that are not drawn. */
  readonly hidden: number;
}

export interface Drawing {
  readonly boxes: readonly Box[];
  readonly arrows: readonly (readonly [string, string])[];
  readonly drawn: number;
  /** The depth that could be drawn, where it is less than what was asked for. */
  readonly depth: number;
  /** Boxes left out because there are too many side by side. */
  readonly left: number;
}

export const MOST_BOXES = 60;

export function drawingOf(nodes: SpanNodes, play: Play, depth: number): Drawing {
  const roots = nodes.roots();
  const items = roots.length === 1 ? foldRepeats(nodes.childrenOf(roots[0] as Node), MANY) : foldRepeats(roots);
  const top = items.length === 0 ? roots : items;
  for (let level = Math.max(1, depth); ; level--) {
    const boxes = top.map((item) => boxOf(item, nodes, play, level - 1));
    const drawn = boxes.reduce((sum, b) => sum + size(b), 0);
    if (drawn <= MOST_BOXES || level === 1) {
      const shown = boxes.slice(0, MOST_BOXES);
      const arrows = arrowsOf(top.slice(0, MOST_BOXES), shown);
      return {
        boxes: shown,
        arrows,
        drawn: Math.min(drawn, MOST_BOXES),
        depth: level,
        left: boxes.length - shown.length,
      };
    }
  }
}

function size(box: Box): number {
  return 1 + box.inside.reduce((sum, b) => sum + size(b), 0);
}

function boxOf(item: Node | Repeat, nodes: SpanNodes, play: Play, depth: number): Box {
  if (isRepeat(item)) return boxOfMany(item);
  const { span } = item;
  const kids = depth > 0 ? foldRepeats(nodes.childrenOf(item), MANY) : [];
  const inside = kids.map((kid) => boxOf(kid, nodes, play, depth - 1));
  return {
    id: span.id,
    spanId: span.id,
    title: label(span),
    note: noteOf(item, play),
    status: span.outcome,
    count: 1,
    parts: [],
    attempts: Math.max(1, span.attempts.length),
    kept: span.runs === 0 && span.replays > 0,
    kind: span.kind,
    inside,
    arrows: arrowsOf(kids, inside),
    hidden: inside.length === 0 ? item.children.length : 0,
  };
}

function boxOfMany(repeat: Repeat): Box {
  const first = repeat.members[0] as Node;
  const parts = outcomes(repeat.members);
  const target = repeat.members.find((m) => m.span.outcome === parts[0]?.[0]) ?? first;
  const titles = new Set(repeat.members.map((m) => label(m.span)));
  const bad = repeat.members.filter((m) => isBad(m.span.outcome)).length;
  const again = repeat.members.filter((m) => m.span.attempts.length > 1).length;
  return {
    id: `many:${first.span.id}`,
    spanId: target.span.id,
    title: titles.size === 1 ? label(first.span) : first.span.name,
    note: [bad > 0 ? `${bad} failed` : '', again > 0 ? `${again} tried again` : ''].filter((t) => t !== '').join(', '),
    status: parts[0]?.[0] ?? first.span.outcome,
    count: repeat.members.length,
    parts,
    attempts: 1,
    kept: false,
    kind: first.span.kind,
    inside: [],
    arrows: [],
    hidden: 0,
  };
}

function noteOf({ span, failed }: Node, play: Play): string {
  const answer = play.answered.find((q) => q.spanId === span.id);
  if (answer !== undefined)
    return `${answer.answeredBy === '' ? 'answered' : answer.answeredBy}: ${preview(answer.answerText) || answer.answerText}`;
  if (span.outcome === 'awaiting_resume') return span.kind === 'pause' ? 'waits' : 'waits inside';
  if (isBad(span.outcome))
    return failed > 0
      ? 'failed inside'
      : span.error === undefined
        ? 'failed'
        : (failureLine(span.error).split('\n')[0] ?? '');
  if (span.runs === 0 && span.replays > 0) return 'kept from a record';
  return span.startMs === undefined || span.endMs === undefined ? '' : duration(span.endMs - span.startMs);
}

/** From each to what began after it ended, unless something between them did both. */
function arrowsOf(items: readonly (Node | Repeat)[], boxes: readonly Box[]): [string, string][] {
  const times = items.map((item) => {
    const members = isRepeat(item) ? item.members : [item];
    const start = Math.min(...members.map((m) => m.span.startMs ?? Infinity));
    const end = Math.max(...members.map((m) => m.span.endMs ?? Infinity));
    return { start, end };
  });
  const arrows: [string, string][] = [];
  times.forEach((to, b) => {
    const before = times.flatMap((from, a) =>
      a !== b && from.end <= to.start && from.start < to.start + 1 && a < b ? [a] : [],
    );
    for (const a of before) {
      const from = times[a] as { start: number; end: number };
      const between = before.some(
        (c) => c !== a && (times[c]?.start ?? 0) >= from.end && (times[c]?.end ?? 0) <= to.start,
      );
      if (!between) arrows.push([boxes[a]?.id ?? '', boxes[b]?.id ?? '']);
    }
  });
  return arrows;
}
