/**
 * The event loop of the simulated world: one task at a time, with all its microtasks, then the next. Time stands still while a task
 * runs and jumps to the next one.
 *
 * - A task belongs to a process. The tasks of one process run in the order of their times; which process is next among those that
 *   are ready is drawn from the seed.
 * - The tasks of a dead process never run: whatever it waited for stays open for ever. Those of a frozen one run when it thaws.
 */

import type { Random } from '@hero-logic/platform/testing';

export interface Proc {
  readonly name: string;
  alive: boolean;
  frozenUntil: number;
}

export interface Task {
  readonly proc: Proc;
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export interface Loop {
  now(): number;
  /** Whose task runs. */
  current(): Proc;
  spawn(name: string): Proc;
  post(proc: Proc, delayMs: number, run: () => void): Task;
  cancel(task: Task): void;
  /** Runs until `isOver` or nothing is left to do; after each task `after` is called. Gives the number of tasks that ran. */
  run(options: { readonly isOver: () => boolean; readonly after: (proc: Proc) => void }): Promise<number>;
}

/** The moment at which each world begins. */
const BEGINNING = Date.parse('2026-01-01T00:00:00Z');

export function createLoop(random: Random, turn: () => Promise<void>): Loop {
  const tasks = new Set<Task>();
  let now = BEGINNING;
  let order = 0;
  let current: Proc = { name: 'world', alive: true, frozenUntil: 0 };

  const dueAt = ({ at, proc }: Task) => Math.max(at, proc.frozenUntil);
  const isBefore = (a: Task, b: Task) => a.at < b.at || (a.at === b.at && a.order < b.order);

  /** The first task of each process that has one which is due earliest of all, or already. */
  function ready(): Task[] {
    let earliest = Number.POSITIVE_INFINITY;
    const firsts = new Map<Proc, Task>();
    for (const task of tasks) {
      if (!task.proc.alive) {
        tasks.delete(task);
        continue;
      }
      earliest = Math.min(earliest, dueAt(task));
      const first = firsts.get(task.proc);
      if (first === undefined || isBefore(task, first)) firsts.set(task.proc, task);
    }
    now = earliest === Number.POSITIVE_INFINITY ? now : Math.max(now, earliest);
    return [...firsts.values()].filter((task) => dueAt(task) <= now);
  }

  return {
    now: () => now,
    current: () => current,
    spawn: (name) => ({ name, alive: true, frozenUntil: 0 }),
    post(proc, delayMs, run) {
      const task = { proc, at: now + Math.max(0, delayMs), order: ++order, run };
      tasks.add(task);
      return task;
    },
    cancel: (task) => void tasks.delete(task),
    async run({ isOver, after }) {
      let count = 0;
      while (!isOver()) {
        const candidates = ready();
        if (candidates.length === 0) return count;
        const task = candidates.length === 1 ? (candidates[0] as Task) : random.pick(candidates);
        tasks.delete(task);
        current = task.proc;
        count += 1;
        task.run();
        await turn();
        after(task.proc);
      }
      return count;
    },
  };
}
