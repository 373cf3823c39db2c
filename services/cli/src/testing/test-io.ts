// An Io that keeps what was written and types what a test has prepared.

import type { Answer, Io } from '../core/io.ts';

export interface TestIo extends Io {
  readonly written: { out: string; err: string };
  readonly prompts: string[];
}

export interface TestIoOptions {
  /** Bytes of stdin. */
  readonly stdin?: string | Buffer;
  /** A person sits there and types these lines; null = Ctrl-D, undefined at the end = Ctrl-C. */
  readonly typed?: readonly (string | null)[];
  readonly terminal?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly color?: boolean;
}

export function createTestIo(options: TestIoOptions = {}): TestIo {
  const written = { out: '', err: '' };
  const prompts: string[] = [];
  const typed = [...(options.typed ?? [])];
  const terminal = options.terminal ?? options.typed !== undefined;
  return {
    written,
    prompts,
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    outIsTerminal: terminal,
    canAsk: options.typed !== undefined,
    color: options.color ?? false,
    columns: () => options.columns ?? 80,
    rows: () => options.rows ?? 24,
    onResize: () => () => undefined,
    readStdin: async () => Buffer.from(options.stdin ?? ''),
    async ask(prompt): Promise<Answer> {
      prompts.push(prompt);
      const next = typed.shift();
      if (next === undefined) return { kind: 'interrupt' };
      return next === null ? { kind: 'end' } : { kind: 'line', text: next };
    },
    flush: async () => undefined,
  };
}
