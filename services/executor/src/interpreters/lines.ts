const NEWLINE = 10;
/** Where nothing else is configured: a play that sends a longer one is killed. */
export const MAX_LINE_BYTES = 24 * 1024 * 1024;

export interface LineSplitter {
  /** Takes a chunk, hands on the lines that it completes. */
  push(chunk: Buffer): void;
  /** Hands on what follows the last newline. */
  end(): void;
}

/** Cuts a byte stream into lines: one callback and one decoding per chunk, however many lines it holds. */
export function createLineSplitter(options: {
  maxLineBytes: number;
  onLines(lines: string[]): void;
  /** The line under way is longer than allowed; it is dropped, and so is all that follows. */
  onTooLong(): void;
}): LineSplitter {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isBroken = false;

  function take(last: Buffer): string {
    const whole = held.length === 0 ? last : Buffer.concat([...held, last]);
    held = [];
    heldBytes = 0;
    return whole.toString('utf8');
  }

  return {
    push(chunk) {
      if (isBroken) return;
      const firstEnd = chunk.indexOf(NEWLINE);
      if (heldBytes + (firstEnd < 0 ? chunk.length : firstEnd) > options.maxLineBytes) {
        isBroken = true;
        held = [];
        options.onTooLong();
        return;
      }
      if (firstEnd < 0) {
        held.push(chunk);
        heldBytes += chunk.length;
        return;
      }
      const lastEnd = chunk.lastIndexOf(NEWLINE);
      const lines = take(chunk.subarray(0, lastEnd)).split('\n');
      if (lastEnd + 1 < chunk.length) {
        held.push(chunk.subarray(lastEnd + 1));
        heldBytes = chunk.length - lastEnd - 1;
      }
      options.onLines(lines);
    },
    end() {
      if (!isBroken && heldBytes > 0) options.onLines([take(Buffer.alloc(0))]);
    },
  };
}
