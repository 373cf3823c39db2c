/**
 * When a play is read.
 *
 * - Not while too much of it waits to become durable, or too many of its requests are open.
 * - Where other plays run, not for a while after large lines: to check and to write megabytes keeps the process from the others.
 *   What was read is acknowledged as soon as ever; the play waits when it sends the next large line.
 * - No faster than its version allows. A play that somebody wants to end is read to its end at once.
 */

import type { Clock } from '@hero-logic/platform';

export interface IntakeOptions {
  readonly peer: { pause(): void; resume(): void };
  readonly clock: Clock;
  /** Of the play, not durable yet. */
  readonly pendingBytes: () => number;
  /** Requests of the play that are under way. */
  readonly openRequests: () => number;
  /** Other plays run in this process. */
  readonly isShared: () => boolean;
  readonly over: AbortSignal | undefined;
  /** Lines in a second; absent or 0 = no bound. */
  readonly linesPerS?: number | undefined;
  /** Somebody wants the run to end. */
  readonly asked?: AbortSignal | undefined;
}

export interface Intake {
  /** These lines were read. */
  took(lines: readonly string[]): void;
  /** Something has become durable, or a request has ended. */
  release(): void;
}

const HIGH_BYTES = 4 * 1024 * 1024;
const LOW_BYTES = 1024 * 1024;
const MAX_OPEN = 64;
const LARGE_LINE = 256 * 1024;
/** Of large lines of a play that is not alone so much is read, and they may take at most a third of the time. */
const LARGE_PER_MS = 32 * 1024;
const REST_FACTOR = 2;

export function createIntake(options: IntakeOptions): Intake {
  const { peer, clock, pendingBytes, openRequests } = options;
  let isHeld = false;
  /** Large lines that are not durable yet. */
  let large: { readonly bytes: number; readonly sinceMs: number } | undefined;
  let isResting = false;
  const pace = createPace(options);

  function release(): void {
    if (pendingBytes() > LOW_BYTES) return;
    if (large !== undefined)
      void rest(Math.max(large.bytes / LARGE_PER_MS, REST_FACTOR * (clock.now() - large.sinceMs)));
    if (!isHeld || isResting || pace.isSlowing() || openRequests() >= MAX_OPEN) return;
    isHeld = false;
    peer.resume();
  }

  async function rest(ms: number): Promise<void> {
    large = undefined;
    isResting = true;
    await clock.sleep(ms, options.over);
    isResting = false;
    release();
  }

  return {
    took(lines) {
      const bytes = lines.reduce((sum, { length }) => (length > LARGE_LINE ? sum + length : sum), 0);
      if (bytes > 0 && options.isShared()) large = { bytes, sinceMs: clock.now() };
      pace.took(lines.length, release);
      if (isHeld) return;
      if (large === undefined && !pace.isSlowing() && pendingBytes() <= HIGH_BYTES && openRequests() < MAX_OPEN) return;
      isHeld = true;
      peer.pause();
    },
    release,
  };
}

interface Pace {
  took(lines: number, then: () => void): void;
  isSlowing(): boolean;
}

/** A second's worth may come at once; what came beyond it is waited for. */
function createPace({ clock, linesPerS = 0, asked }: IntakeOptions): Pace {
  let isSlowing = false;
  let left = linesPerS;
  let at = clock.now();
  return {
    isSlowing: () => isSlowing,
    took(lines, then) {
      if (linesPerS === 0 || asked?.aborted) return;
      left = Math.min(linesPerS, left + ((clock.now() - at) / 1000) * linesPerS) - lines;
      at = clock.now();
      if (left >= 0 || isSlowing) return;
      isSlowing = true;
      void clock.sleep((-left / linesPerS) * 1000, asked).then(() => {
        isSlowing = false;
        then();
      });
    },
  };
}
