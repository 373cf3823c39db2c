// One Python helper that reads sources: JSON lines over stdio, one request at a time. It never outlives a request that broke or stalled it.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../python/inspect_source.py', import.meta.url));
const MAX_STDERR = 2000;

type Answer =
  | { readonly kind: 'line'; readonly line: string }
  /** The process is gone; `said` is the end of its stderr. */
  | { readonly kind: 'died'; readonly said: string }
  | { readonly kind: 'late' }
  /** There is no such interpreter, or it may not be run. */
  | { readonly kind: 'not-started'; readonly problem: string };

export interface PythonProcess {
  /** Sends one line and waits for one. After anything but `line` the process is gone. */
  ask(line: string, deadlineMs: number): Promise<Answer>;
  isAlive(): boolean;
  kill(): void;
}

export function startPythonProcess(python: string): PythonProcess {
  const child = spawn(python, ['-I', '-S', '-B', SCRIPT], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { LANG: 'C.UTF-8', PATH: process.env.PATH },
  });
  let alive = true;
  let said = '';
  let parts: string[] = [];
  let waiting: ((answer: Answer) => void) | undefined;

  const settle = (answer: Answer) => {
    const done = waiting;
    waiting = undefined;
    done?.(answer);
  };
  const end = (answer: Answer) => {
    alive = false;
    settle(answer);
  };
  child.on('error', (error) => end({ kind: 'not-started', problem: error.message }));
  child.on('close', () => end({ kind: 'died', said: said.trim() }));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MAX_STDERR);
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    parts.push(text);
    if (!text.endsWith('\n')) return;
    const line = parts.join('');
    parts = [];
    settle({ kind: 'line', line });
  });
  // EPIPE when it dies while it is written to; `close` tells whoever waits.
  child.stdin.on('error', () => undefined);
  hold(child, false);

  return {
    isAlive: () => alive,
    kill() {
      alive = false;
      child.kill('SIGKILL');
    },
    ask: (line, deadlineMs) =>
      new Promise((resolve) => {
        hold(child, true);
        const timer = setTimeout(() => {
          child.kill('SIGKILL');
          end({ kind: 'late' });
        }, deadlineMs);
        waiting = (answer) => {
          clearTimeout(timer);
          hold(child, false);
          resolve(answer);
        };
        child.stdin.write(`${line}\n`);
      }),
  };
}

/** An idle helper must not keep its parent alive. */
function hold(child: ChildProcess, held: boolean): void {
  const change = held ? 'ref' : 'unref';
  for (const part of [child, child.stdin, child.stdout, child.stderr]) {
    (part as { ref?: () => void; unref?: () => void } | null)?.[change]?.();
  }
}
