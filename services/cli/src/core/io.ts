// Where a command reads and writes. stdout is for results, stderr for everything said about them.

import type { Readable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';

export type Answer = { readonly kind: 'line'; readonly text: string } | { readonly kind: 'end' | 'interrupt' | 'gone' };

export interface Io {
  out(text: string): void;
  err(text: string): void;
  readonly outIsTerminal: boolean;
  /** A person can be asked: stdin and stdout are terminals. */
  readonly canAsk: boolean;
  readonly color: boolean;
  columns(): number;
  rows(): number;
  onResize(listener: () => void): () => void;
  /** All of stdin. Only once in a run. */
  readStdin(): Promise<Buffer>;
  /** One line from the terminal; "gone" when the signal aborts first, "end" on Ctrl-D, "interrupt" on Ctrl-C. */
  ask(prompt: string, signal: AbortSignal): Promise<Answer>;
  /** Waits until what was written has left the process. */
  flush(): Promise<void>;
}

export interface Streams {
  readonly stdin: ReadStream | Readable;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createIo(streams: Streams): Io {
  const { stdin, stdout, stderr, env } = streams;
  const outIsTerminal = stdout.isTTY === true;
  const canAsk = outIsTerminal && 'isTTY' in stdin && stdin.isTTY === true;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    outIsTerminal,
    canAsk,
    color: outIsTerminal && !env.NO_COLOR && env.TERM !== 'dumb',
    columns: () => stdout.columns || 80,
    rows: () => stdout.rows || 24,
    onResize(listener) {
      stdout.on('resize', listener);
      return () => void stdout.off('resize', listener);
    },
    async readStdin() {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks);
    },
    async ask(prompt, signal) {
      if (signal.aborted) return { kind: 'gone' };
      const { createInterface } = await import('node:readline');
      return new Promise((resolve) => {
        const lines = createInterface({ input: stdin, output: stdout, terminal: canAsk });
        const done = (answer: Answer) => {
          signal.removeEventListener('abort', gone);
          resolve(answer);
          lines.close();
        };
        const gone = () => done({ kind: 'gone' });
        signal.addEventListener('abort', gone, { once: true });
        lines.once('SIGINT', () => done({ kind: 'interrupt' }));
        lines.once('close', () => done({ kind: 'end' }));
        lines.question(prompt, (text) => done({ kind: 'line', text }));
      });
    },
    flush: async () => {
      await Promise.all(
        [stdout, stderr].map((stream) =>
          stream.destroyed ? undefined : new Promise<void>((resolve) => stream.write('', () => resolve())),
        ),
      );
    },
  };
}
