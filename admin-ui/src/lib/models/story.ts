// What a play did, in plain sentences from titles, answers and results. No model, no guess: the same spans give the same words.

import { count, duration } from './format.ts';
import type { Play } from './play.ts';
import { outcomeLine, questionLine } from './question.ts';
import { foldRepeats, isRepeat, MANY } from './repeats.ts';
import { failureLine, label, type Span } from './span.ts';
import type { Node, Repeat } from './span-node.ts';
import type { SpanNodes } from './span-nodes.ts';
import { isBad } from './status.ts';

export interface Sentence {
  readonly spanId: string;
  readonly level: number;
  readonly text: string;
  readonly bad: boolean;
  readonly waits: boolean;
}

const MOST = 400;
/** A title of a whole page is told by its begin. */
const LONGEST = 200;

/** Sentences to a depth: 0 = one for the whole play. */
export function storyOf(nodes: SpanNodes, play: Play, depth: number): Sentence[] {
  const root = nodes.roots()[0];
  if (root === undefined) return [];
  const told: Sentence[] = [];
  const tell = (items: readonly (Node | Repeat)[], level: number) => {
    for (const item of items) {
      if (told.length >= MOST) return;
      told.push(isRepeat(item) ? ofRepeat(item, level) : ofNode(item, level, play));
      if (!isRepeat(item) && level < depth) tell(foldRepeats(nodes.childrenOf(item), MANY), level + 1);
    }
  };
  if (depth === 0) return [ofNode(root, 0, play)];
  tell(foldRepeats(nodes.childrenOf(root), MANY), 1);
  return told.length === 0 ? [ofNode(root, 0, play)] : told;
}

function ofNode(node: Node, level: number, play: Play): Sentence {
  const { span } = node;
  const told = { spanId: span.id, level, bad: isBad(span.outcome), waits: span.outcome === 'awaiting_resume' };
  const name = nameOf(span);
  if (span.kind === 'pause') return { ...told, text: ofPause(node, play, name) };
  if (told.bad) {
    const reason = span.error === undefined ? '' : `: ${failureLine(span.error).split('\n')[0]}`;
    return { ...told, text: node.failed > 0 ? `${name} failed because of a step inside` : `${name} failed${reason}` };
  }
  const took = span.startMs !== undefined && span.endMs !== undefined ? span.endMs - span.startMs : undefined;
  const parts = [
    span.outcome === 'running'
      ? 'under way'
      : span.outcome === 'pending'
        ? 'not begun'
        : span.outcome === 'cancelled'
          ? 'cancelled'
          : '',
    told.waits ? 'waits' : '',
    span.runs === 0 && span.replays > 0 ? 'kept from a record' : '',
    span.attempts.length > 1 ? `went well at attempt ${span.attempts.length}` : '',
    took !== undefined && took >= 1000 ? duration(took) : '',
  ].filter((p) => p !== '');
  return { ...told, text: parts.length === 0 ? name : `${name} (${parts.join(', ')})` };
}

function ofPause({ span }: Node, play: Play, name: string): string {
  const answered = play.answered.find((q) => q.spanId === span.id);
  if (answered !== undefined) return `“${questionLine(answered)}” ${outcomeLine(answered)}`;
  const open = play.questions.find((q) => q.spanId === span.id);
  if (open !== undefined) return `“${questionLine(open)}” waits for an answer`;
  return span.outcome === 'awaiting_resume' ? `${name}: waits` : name;
}

function ofRepeat({ members }: Repeat, level: number): Sentence {
  const first = members[0] as Node;
  const failed = members.filter((m) => isBad(m.span.outcome));
  const waiting = members.filter((m) => m.span.outcome === 'awaiting_resume');
  const running = members.filter((m) => m.span.outcome === 'running').length;
  const again = members.filter((m) => m.span.attempts.length > 1 && !isBad(m.span.outcome)).length;
  const titles = new Set(members.map((m) => label(m.span)));
  const name = titles.size === 1 ? nameOf(first.span) : first.span.name;
  const parts = [
    failed.length > 0 ? `${failed.length} failed` : '',
    waiting.length > 0 ? `${waiting.length} ${waiting.length === 1 ? 'waits' : 'wait'}` : '',
    running > 0 ? `${running} under way` : '',
    again > 0 ? `${again} went well only when tried again` : '',
  ].filter((p) => p !== '');
  const text = `${name}, ${count(members.length, 'time')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
  const target = failed[0] ?? waiting[0] ?? first;
  return { spanId: target.span.id, level, text, bad: failed.length > 0, waits: waiting.length > 0 };
}

function nameOf(span: Span): string {
  const name = label(span);
  return name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
}
