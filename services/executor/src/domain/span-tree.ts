/**
 * The tree of one play in memory: what the events of all its runs have made of its spans. Pure; the caller persists what
 * `take` gives.
 *
 * - A span is found by its id, the same on every run of the play. `order` is its place by first appearance. A play that
 *   moves to another version starts anew: spans count as appearing again when they are met there (`appeared`).
 * - A `span_start` in the run in which the span started already is a further attempt; in a later run the body runs
 *   again: `runs` grows, what the former run said of its end goes, its tags and its first start stay.
 * - A `span_start` with `replayed` is a memo hit: what was first recorded stays, `replays` grows.
 * - Every change gives a span the next `seq`; several changes between two takes are one.
 * - Above `maxSpans` new spans are not kept; the root says so in the tag `spans_not_kept`.
 */

import type { Divergence, SpanEnd, SpanEvent, SpanStart, SpanTag } from './play-event.ts';
import { type FlowError, isOpen, isPlace, type Span, type SpanStatus } from './span.ts';
import { mergeTags, newSpan, replaySpan, restartSpan } from './span-changes.ts';

/** A span as it is stored. Input and output are absent where they did not change. */
export interface SpanRecord {
  readonly span: Readonly<Span>;
  readonly order: number;
  readonly seq: number;
  readonly input?: string | undefined;
  readonly output?: string | undefined;
}

/** Stored spans that ended well and of which the recorded outputs were used again: their status is `replayed`, their `replays` one more. */
export interface ReplayedSpans {
  /** Order of the first and of the last one. */
  readonly from: number;
  readonly to: number;
  /** Seq of the first one; of those that follow one more each. */
  readonly seq: number;
}

export type Applied = 'changed' | 'unknown_span' | 'not_kept';

export interface SpanTree {
  /** Takes over what is stored, in any order, before anything is applied. */
  prime(records: readonly SpanRecord[]): void;
  /** Keeps no more than this from now on; more than at first has no effect. */
  keepAtMost(spans: number): void;
  /** From now on a start of a known span is a new run of its body, on this version. */
  beginRun(versionSid: string): void;
  apply(event: SpanEvent): Applied;
  /** The span has started this play. */
  setChild(spanId: string, playSid: string): void;
  root(): Readonly<Span> | undefined;
  /** The root has started (or was replayed) in this run. */
  hasRootStarted(): boolean;
  has(spanId: string): boolean;
  /** The span, or the nearest above it that has not ended; undefined = none. */
  openAbove(spanId: string): string | undefined;
  count(): number;
  /** What the next span to appear gets: those that appeared before have lower places. */
  nextPlace(): number;
  notKept(): number;
  seq(): number;
  spans(): Iterable<Readonly<Span>>;
  /** These started in this run, but were stopped before their bodies began. */
  uncount(spanIds: readonly string[]): void;
  /** Ends what is still open, as the end of the run has it. */
  closeOpen(closing: Closing): void;
  isDirty(): boolean;
  /** So many changes of spans there are since the last take, at least as many as spans. */
  dirtyCount(): number;
  /** What has changed since the last take, numbered. Those of `later` are left for another one. */
  take(later?: ReadonlyMap<string, unknown>): SpanRecord[];
  /** Takes out of it those of which nothing is to be told but that they were replayed. */
  takeReplayed(): ReplayedSpans[];
  /** What the last take gave is to be taken again, under new numbers: the write that failed may have been made. */
  restore(records: readonly SpanRecord[], replayed?: readonly ReplayedSpans[]): void;
}

export interface Closing {
  readonly open: SpanStatus;
  /** For pauses that nobody waits for any more; absent = they stay. */
  readonly waiting?: SpanStatus | undefined;
  readonly atMs: number;
  /** Goes onto every span that it ends as failed or timed out; the traceback only onto the root. */
  readonly error?: FlowError | undefined;
}

interface Node {
  readonly span: Span;
  readonly order: number;
  seq: number;
  startedInRun: number;
  input: string | undefined;
  output: string | undefined;
}

const MAX_DEPTH = 1000;

export function createSpanTree(options: { readonly maxSpans: number }): SpanTree {
  let { maxSpans } = options;
  const nodes = new Map<string, Node>();
  const dirty = new Set<Node>();
  /** Stored, and only replayed since. A node can be in both: then the other change counts. */
  const replayed = new Set<Node>();
  let root: Node | undefined;
  let version = '';
  /** Spans of lower places were not met on this version yet. */
  let firstPlace = 0;
  let nextPlace = 0;
  let run = 0;
  let seq = 0;
  let notKept = 0;

  function add(span: Span, order: number, at: number): Node {
    const node: Node = { span, order, seq: at, startedInRun: 0, input: undefined, output: undefined };
    nodes.set(span.spanId, node);
    nextPlace = Math.max(nextPlace, placeOf(node) + 1);
    if (span.kind === 'flow_root' && root === undefined) root = node;
    return node;
  }

  function start(event: SpanStart): Applied {
    let node = nodes.get(event.spanId);
    let changed = dirty;
    if (node === undefined) {
      if (nodes.size >= maxSpans) return refuse();
      const span = newSpan(event, event.kind !== 'flow_root' || nodes.has(event.parentId));
      if (nextPlace !== nodes.size) span.appeared = nextPlace;
      node = add(span, nodes.size, 0);
      if (event.replayed) Object.assign(node.span, { status: 'replayed', replays: 1, runs: 0, endMs: event.atMs });
    } else if (event.replayed) {
      if (isPlainReplay(node)) changed = replayed;
      meetAgain(node, event.atMs);
      replaySpan(node.span, event);
    } else {
      const isFurtherAttempt = node.startedInRun === run;
      if (!isFurtherAttempt) node.output = '';
      meetAgain(node, event.atMs);
      restartSpan(node.span, event, isFurtherAttempt);
    }
    if (event.input !== undefined && !(event.replayed && node.seq > 0)) node.input = event.input;
    if (node === root && version !== '') node.span.versionSid = version;
    node.startedInRun = run;
    changed.add(node);
    return 'changed';
  }

  /** All that a replay changes of it is what `ReplayedSpans` says. */
  function isPlainReplay(node: Node): boolean {
    if (node.seq === 0 || node === root || placeOf(node) < firstPlace || replayed.has(node)) return false;
    const { status, endMs, error } = node.span;
    return (status === 'ok' || status === 'replayed') && endMs !== undefined && error === undefined;
  }

  function meetAgain(node: Node, atMs: number): void {
    if (placeOf(node) >= firstPlace) return;
    node.span.appeared = nextPlace++;
    node.span.beganMs = atMs;
  }

  function refuse(): Applied {
    notKept += 1;
    if (root !== undefined) {
      root.span.tags.spans_not_kept = notKept;
      dirty.add(root);
    }
    return 'not_kept';
  }

  /** A span that was not kept is no error of the play. */
  const missing = (): Applied => (notKept > 0 ? 'not_kept' : 'unknown_span');

  function tag(event: SpanTag): Applied {
    const node = nodes.get(event.spanId);
    if (node === undefined) return missing();
    if (event.title !== undefined) node.span.title = event.title;
    mergeTags(node.span, event.tags);
    dirty.add(node);
    return 'changed';
  }

  function end(event: SpanEnd): Applied {
    const node = nodes.get(event.spanId);
    if (node === undefined) return missing();
    const { span } = node;
    span.status = event.status;
    span.endMs = event.status === 'awaiting_resume' ? undefined : Math.max(event.atMs, span.startMs);
    span.error = event.error;
    if (event.attempts !== undefined) span.attempts = event.attempts;
    mergeTags(span, event.tags);
    if (event.output !== undefined) node.output = event.output;
    dirty.add(node);
    return 'changed';
  }

  function diverge(event: Divergence): Applied {
    const node = nodes.get(event.spanId) ?? root;
    if (node === undefined) return 'unknown_span';
    node.span.tags.divergence = {
      expected: event.expected,
      met: event.met,
      source_file: event.sourceFile,
      source_line: event.sourceLine,
      message: event.message,
    };
    dirty.add(node);
    return 'changed';
  }

  function closeOpen(closing: Closing): void {
    const waitingStatus = (span: Span) => (span.status === 'awaiting_resume' ? closing.waiting : undefined);
    for (const node of nodes.values()) {
      const { span } = node;
      const status = isPlace(span) ? placeStatus(closing) : isOpen(span.status) ? closing.open : waitingStatus(span);
      if (status === undefined || status === span.status) continue;
      span.status = status;
      const { error } = closing;
      if (!isOpen(status) && status !== 'awaiting_resume') span.endMs = Math.max(closing.atMs, span.startMs);
      if (error !== undefined && (status === 'failed' || status === 'timed_out')) {
        span.error ??= node === root ? error : { ...error, traceback: '' };
      }
      dirty.add(node);
    }
  }

  function setChild(spanId: string, playSid: string): void {
    const node = nodes.get(spanId);
    if (node === undefined || node.span.childPlaySid === playSid) return;
    node.span.childPlaySid = playSid;
    dirty.add(node);
  }

  function openAbove(spanId: string): string | undefined {
    let node = nodes.get(spanId);
    // Parents are as the play says: they may lead in a circle.
    for (let depth = 0; node !== undefined && depth < MAX_DEPTH; depth++) {
      if (isOpen(node.span.status)) return node.span.spanId;
      node = nodes.get(node.span.parentId);
    }
    return undefined;
  }

  return {
    prime(records) {
      for (const record of [...records].sort((a, b) => a.order - b.order)) {
        const tags = Object.assign(Object.create(null) as Record<string, unknown>, record.span.tags);
        add({ ...record.span, tags }, record.order, record.seq);
        seq = Math.max(seq, record.seq);
      }
    },
    keepAtMost(spans) {
      maxSpans = Math.min(options.maxSpans, spans);
    },
    beginRun(versionSid) {
      run += 1;
      version = versionSid;
      const isOther = root?.span.versionSid !== undefined && root.span.versionSid !== versionSid;
      firstPlace = isOther ? nextPlace : firstPlaceOf(root);
    },
    apply(event) {
      if (event.event === 'span_start') return start(event);
      if (event.event === 'span_end') return end(event);
      return event.event === 'span_tag' ? tag(event) : diverge(event);
    },
    setChild,
    root: () => root?.span,
    hasRootStarted: () => root !== undefined && root.startedInRun === run,
    has: (spanId) => nodes.has(spanId),
    openAbove,
    count: () => nodes.size,
    nextPlace: () => nextPlace,
    notKept: () => notKept,
    seq: () => seq,
    *spans() {
      for (const node of nodes.values()) yield node.span;
    },
    uncount(spanIds) {
      for (const node of spanIds.map((id) => nodes.get(id))) {
        if (node === undefined || node.span.runs === 0) continue;
        node.span.runs -= 1;
        dirty.add(node);
      }
    },
    closeOpen,
    isDirty: () => dirty.size > 0 || replayed.size > 0,
    takeReplayed() {
      const ranges: { from: number; to: number; seq: number }[] = [];
      for (const node of replayed) {
        if (dirty.has(node)) continue;
        node.seq = ++seq;
        const last = ranges.at(-1);
        if (last !== undefined && last.to + 1 === node.order) last.to = node.order;
        else ranges.push({ from: node.order, to: node.order, seq });
      }
      replayed.clear();
      return ranges;
    },
    dirtyCount: () => dirty.size + replayed.size,
    take(later) {
      const records: SpanRecord[] = [];
      for (const node of replayed) dirty.add(node);
      for (const node of dirty) {
        if (later?.has(node.span.spanId)) continue;
        dirty.delete(node);
        node.seq = ++seq;
        records.push({ span: node.span, order: node.order, seq, input: node.input, output: node.output });
        node.input = undefined;
        node.output = undefined;
      }
      replayed.clear();
      return records;
    },
    restore(records, ranges = []) {
      for (const record of records) {
        const node = nodes.get(record.span.spanId);
        if (node === undefined) continue;
        node.input ??= record.input;
        node.output ??= record.output;
        dirty.add(node);
      }
      if (ranges.length === 0) return;
      for (const node of nodes.values()) {
        if (ranges.some(({ from, to }) => node.order >= from && node.order <= to)) dirty.add(node);
      }
    },
  };
}

/** The place of a span by appearance on the present version; it is below that of the root when it was not met there. */
export function placeOf({ span, order }: Pick<SpanRecord, 'span' | 'order'>): number {
  return span.appeared ?? order;
}

/** The root is the first to appear on a version. */
function firstPlaceOf(root: Pick<SpanRecord, 'span' | 'order'> | undefined): number {
  return root?.span.appeared ?? 0;
}

/** The spans that were met on the present version, by appearance there. */
export function presentSpans(records: readonly SpanRecord[]): SpanRecord[] {
  const first = firstPlaceOf(records.find(({ span }) => span.kind === 'flow_root'));
  if (first === 0) return [...records].sort((a, b) => a.order - b.order);
  return records.filter((record) => placeOf(record) >= first).sort((a, b) => placeOf(a) - placeOf(b));
}

/** What a fork has copied and not met stays as it is for as long as the play goes on. */
function placeStatus({ open }: Closing): SpanStatus | undefined {
  return open === 'awaiting_resume' || open === 'pending' ? undefined : 'cancelled';
}
