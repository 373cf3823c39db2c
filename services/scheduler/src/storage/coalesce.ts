// Work that many ask for at once is done once for all of them, after the last of them has asked.

export type Coalescer = (key: string, work: () => Promise<void>) => Promise<void>;

export function createCoalescer(): Coalescer {
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();

  function start(key: string, work: () => Promise<void>): Promise<void> {
    const mine = work().finally(() => {
      if (running.get(key) === mine) running.delete(key);
    });
    running.set(key, mine);
    return mine;
  }

  return (key, work) => {
    const present = running.get(key);
    if (present === undefined) return start(key, work);
    let next = waiting.get(key);
    if (next === undefined) {
      const begin = () => {
        waiting.delete(key);
        return start(key, work);
      };
      next = present.then(begin, begin);
      waiting.set(key, next);
    }
    return next;
  };
}
