// From moments to places on the timeline. Long stretches in which only people or clocks were waited for can be squeezed.

import type { Span } from './span.ts';

export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Squeezed: it takes less room than its time. */
  readonly idle: boolean;
}

export interface TimeScale {
  readonly from: number;
  readonly to: number;
  readonly stretches: readonly Stretch[];
  /** 0 to 1. */
  at(ms: number): number;
  /** Time that was squeezed, in milliseconds. */
  readonly idleMs: number;
}

/** So much of the whole, at least, before a stretch is worth squeezing. */
const WORTH = 0.08;
const WORTH_MS = 1000;
const SQUEEZED = 0.04;

/** Stretches in which no step worked, from the spans that work: leaves that are no pause. */
export function idleStretches(spans: readonly Span[], from: number, to: number): Stretch[] {
  const parents = new Set(spans.map((s) => s.parentId));
  const busy = spans
    .filter((s) => s.kind !== 'pause' && !parents.has(s.id) && s.startMs !== undefined)
    .map((s) => [s.startMs as number, Math.max(s.startMs as number, s.endMs ?? to)] as const)
    .sort((a, b) => a[0] - b[0]);
  const least = Math.max(WORTH_MS, (to - from) * WORTH);
  const idle: Stretch[] = [];
  let end = from;
  for (const [start, stop] of [...busy, [to, to] as const]) {
    if (start - end >= least) idle.push({ from: end, to: start, idle: true });
    end = Math.max(end, stop);
  }
  return idle;
}

export function timeScale(from: number, to: number, idle: readonly Stretch[]): TimeScale {
  const stretches: Stretch[] = [];
  let end = from;
  for (const stretch of idle) {
    if (stretch.from > end) stretches.push({ from: end, to: stretch.from, idle: false });
    stretches.push(stretch);
    end = stretch.to;
  }
  if (end < to || stretches.length === 0) stretches.push({ from: end, to: Math.max(to, end + 1), idle: false });
  const idleMs = idle.reduce((sum, s) => sum + s.to - s.from, 0);
  const busyMs = Math.max(1, to - from - idleMs);
  const room = 1 - idle.length * SQUEEZED;
  const widths = stretches.map((s) => (s.idle ? SQUEEZED : (room * (s.to - s.from)) / busyMs));
  return {
    from,
    to,
    stretches,
    idleMs,
    at(ms) {
      let left = 0;
      for (const [index, stretch] of stretches.entries()) {
        const width = widths[index] as number;
        if (ms <= stretch.to || index === stretches.length - 1) {
          const share = (Math.max(stretch.from, ms) - stretch.from) / Math.max(1, stretch.to - stretch.from);
          return Math.min(1, left + width * Math.min(1, share));
        }
        left += width;
      }
      return 1;
    },
  };
}

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 6, 12].map((n) => n * HOUR),
];
/** Of the whole width: less is no room for a time in words. */
const ROOM = 0.12;
const LAST = 0.92;

export interface Tick {
  /** 0 to 1. */
  readonly share: number;
  /** From the beginning. */
  readonly afterMs: number;
}

/** Round times from the beginning, far enough apart to be read; none within what is squeezed. */
export function ticksOf({ from, to, stretches, idleMs, at }: TimeScale): Tick[] {
  const wanted = (to - from - idleMs) * ROOM;
  const step = STEPS.find((ms) => ms >= wanted) ?? Math.ceil(wanted / DAY) * DAY;
  const ticks: Tick[] = [];
  for (const stretch of stretches.filter(({ idle }) => !idle)) {
    for (let after = Math.ceil((stretch.from - from) / step) * step; from + after <= stretch.to; after += step) {
      const share = at(from + after);
      const last = ticks.at(-1)?.share ?? -1;
      if (share - last >= ROOM / 2 && share <= LAST) ticks.push({ share, afterMs: after });
    }
  }
  return ticks;
}
