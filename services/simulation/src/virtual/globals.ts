// The timers and clocks of the language, taken over by the simulated world: what the services set belongs to the process that sets it.

import type { Loop, Task } from './loop.ts';

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  now: Date.now,
};

/** One real turn of the event loop: the microtasks of a task have ended. */
export function realTurn(): Promise<void> {
  return new Promise((resolve) => real.setImmediate(resolve));
}

interface Handle {
  task: Task;
}

/** Undo with the function that it gives. */
export function takeOverTime(loop: Loop): () => void {
  const begin = loop.now();
  const handles = (post: (handle: Handle) => Task) => {
    const handle = {} as Handle;
    handle.task = post(handle);
    return Object.assign(handle, { ref: () => handle, unref: () => handle, hasRef: () => true });
  };
  const clear = (handle: unknown) => {
    const { task } = (handle ?? {}) as Partial<Handle>;
    if (task !== undefined) loop.cancel(task);
  };
  const once = (fn: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    handles(() => loop.post(loop.current(), Math.max(1, ms), () => fn(...args)));
  const every = (fn: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    handles((handle) => {
      const again = (): Task =>
        loop.post(loop.current(), Math.max(1, ms), () => {
          handle.task = again();
          fn(...args);
        });
      return again();
    });
  const soon = (fn: (...args: unknown[]) => void, ...args: unknown[]) =>
    handles(() => loop.post(loop.current(), 0, () => fn(...args)));
  Object.assign(globalThis, {
    setTimeout: once,
    setInterval: every,
    setImmediate: soon,
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  });
  Date.now = () => Math.floor(loop.now());
  performance.now = () => loop.now() - begin;
  return () => {
    const { now, ...timers } = real;
    Object.assign(globalThis, timers);
    Date.now = now;
    Reflect.deleteProperty(performance, 'now');
  };
}
