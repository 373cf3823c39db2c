// SQLite has one writer at a time, and who comes second would wait in its busy handler. Two threads of a process that write the same file
// take turns instead: the event loop, which waits asynchronously and comes first, and one thread beside it, which sees that the loop wants
// the turn and gives it back soon. A courtesy only: who writes without the turn waits for SQLite's lock as ever.

/** The event loop's side. */
export interface LoopTurns {
  /** Of the thread, for `joinTurns`. */
  readonly shared: SharedArrayBuffer;
  /** False: the thread has it. */
  take(): boolean;
  /** Resolves with the turn taken: it is handed over when the thread gives it back. One asks at a time. */
  ask(): Promise<void>;
  giveBack(): void;
  /** The thread is gone, whether it had the turn or not. */
  dropThread(): void;
}

/** The thread's side. */
export interface ThreadTurns {
  /** Blocks the thread until it has the turn. */
  take(): void;
  /** The loop waits. */
  isWanted(): boolean;
  giveBack(): void;
}

const HOLDER = 0;
const WANTED = 1;
const THREAD_WAITS = 2;
/** How often the loop has given its turn back. */
const GIVEN = 3;
const WORDS = 4;

const FREE = 0;
const LOOP = 1;
const THREAD = 2;

/** A loop that always writes lets the thread have every so many-th turn. */
const LOOP_TURNS = 16;

export function createTurns(): LoopTurns {
  const shared = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT);
  const words = new Int32Array(shared);
  let whileThreadWaits = 0;

  function take(): boolean {
    return Atomics.compareExchange(words, HOLDER, FREE, LOOP) === FREE;
  }

  return {
    shared,
    take,
    async ask() {
      Atomics.store(words, WANTED, 1);
      while (Atomics.load(words, HOLDER) !== LOOP && !take()) {
        const { async, value } = Atomics.waitAsync(words, HOLDER, THREAD);
        if (async) await value;
      }
      Atomics.store(words, WANTED, 0);
    },
    giveBack() {
      const waits = Atomics.load(words, THREAD_WAITS) === 1;
      whileThreadWaits = waits ? whileThreadWaits + 1 : 0;
      const isThreadsTurn = whileThreadWaits > LOOP_TURNS;
      if (isThreadsTurn) whileThreadWaits = 0;
      Atomics.store(words, HOLDER, isThreadsTurn ? THREAD : FREE);
      Atomics.add(words, GIVEN, 1);
      Atomics.notify(words, GIVEN);
    },
    dropThread() {
      Atomics.store(words, THREAD_WAITS, 0);
      if (Atomics.compareExchange(words, HOLDER, THREAD, FREE) === THREAD) Atomics.notify(words, HOLDER);
    },
  };
}

export function joinTurns(shared: SharedArrayBuffer): ThreadTurns {
  const words = new Int32Array(shared);
  const isWanted = () => Atomics.load(words, WANTED) === 1;

  function takeNow(): boolean {
    // Handed over.
    if (Atomics.load(words, HOLDER) === THREAD) return true;
    return !isWanted() && Atomics.compareExchange(words, HOLDER, FREE, THREAD) === FREE;
  }

  return {
    take() {
      if (takeNow()) return;
      Atomics.store(words, THREAD_WAITS, 1);
      for (let given = Atomics.load(words, GIVEN); !takeNow(); given = Atomics.load(words, GIVEN)) {
        // The loop has it, or wants it and takes it in a moment.
        Atomics.wait(words, GIVEN, given);
      }
      Atomics.store(words, THREAD_WAITS, 0);
    },
    isWanted,
    giveBack() {
      Atomics.store(words, HOLDER, isWanted() ? LOOP : FREE);
      Atomics.notify(words, HOLDER);
    },
  };
}
