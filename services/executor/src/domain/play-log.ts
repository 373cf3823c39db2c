// The log of one play: lines numbered 1, 2, ..., each cut at 16 KiB, all together at a cap, with a line that says where it was cut.

import { cutText } from './cut.ts';
import type { LogStream } from './play-event.ts';

export interface LogLine {
  readonly seq: number;
  readonly spanId: string;
  readonly atMs: number;
  readonly stream: LogStream;
  readonly text: string;
}

/** What is there of a log: the last seq, the bytes of all texts, the last text. Zeros and '' for none. */
export interface StoredLog {
  readonly seq: number;
  readonly bytes: number;
  readonly lastText: string;
}

export interface PlayLog {
  /** Goes on after what is stored. */
  prime(stored: StoredLog): void;
  /** Keeps no more than this from now on; more than at first has no effect. */
  keepAtMost(capBytes: number): void;
  append(line: Omit<LogLine, 'seq'>): void;
  isDirty(): boolean;
  take(): LogLine[];
  restore(lines: readonly LogLine[]): void;
}

const MAX_LINE_BYTES = 16 * 1024;

/** What a line counts: its text, and what it costs to keep even an empty one. */
const LINE_OVERHEAD = 32;
const MARK = '…[log cut:';

export function createPlayLog(options: { readonly capBytes: number }): PlayLog {
  let pending: LogLine[] = [];
  let seq = 0;
  let bytes = 0;
  let isFull = false;
  let { capBytes } = options;

  return {
    keepAtMost(most) {
      capBytes = Math.min(options.capBytes, most);
    },
    prime(stored) {
      seq = stored.seq;
      bytes = stored.bytes + stored.seq * LINE_OVERHEAD;
      isFull = bytes > capBytes || stored.lastText.startsWith(MARK);
    },
    append(line) {
      if (isFull) return;
      const text = cutText(line.text.endsWith('\n') ? line.text.slice(0, -1) : line.text, MAX_LINE_BYTES);
      bytes += Buffer.byteLength(text) + LINE_OVERHEAD;
      isFull = bytes > capBytes;
      seq += 1;
      const mark = `${MARK} the play wrote more than ${capBytes} bytes]`;
      pending.push(isFull ? { ...line, seq, stream: 'log', text: mark } : { ...line, seq, text });
    },
    isDirty: () => pending.length > 0,
    take() {
      const lines = pending;
      pending = [];
      return lines;
    },
    restore(lines) {
      pending = [...lines, ...pending];
    },
  };
}
