// The event loop of a world with millions of events: one task after the other in the order of their times, no processes, no faults.

import { createHeap } from './heap.ts';
import type { Loop, Proc, Task } from './loop.ts';

export type FastLoop = Pick<Loop, 'now' | 'current' | 'post' | 'cancel'> & {
  /** Runs `then` in so many milliseconds. */
  after(delayMs: number, then: () => void): void;
  /** Resolves in so many milliseconds. */
  pause(delayMs: number): Promise<void>;
  /** Runs until `isOver` or nothing is left. */
  run(isOver: () => boolean): Promise<void>;
};

const ALL: Proc = { name: 'all', alive: true, frozenUntil: 0 };

export function createFastLoop(begin: number, turn: () => Promise<void>): FastLoop {
  const tasks = createHeap<Task>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));
  const cancelled = new WeakSet<Task>();
  let now = begin;
  let order = 0;
  const post = (proc: Proc, delayMs: number, run: () => void): Task => {
    const task = { proc, at: now + Math.max(0, delayMs), order: ++order, run };
    tasks.push(task);
    return task;
  };
  return {
    now: () => now,
    current: () => ALL,
    post,
    cancel: (task) => void cancelled.add(task),
    after: (delayMs, then) => void post(ALL, delayMs, then),
    pause: (delayMs) => new Promise((resolve) => void post(ALL, delayMs, resolve)),
    async run(isOver) {
      for (let task = tasks.pop(); task !== undefined && !isOver(); task = tasks.pop()) {
        if (cancelled.has(task)) continue;
        now = task.at;
        task.run();
        await turn();
      }
    },
  };
}
