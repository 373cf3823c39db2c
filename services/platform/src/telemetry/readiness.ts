// Whether this process can do its work: the servers it needs are asked, each with a deadline, and not more often than once a second.

import type { Clock } from '../clock.ts';

/** Something that is needed. `ask` resolves when it answers and rejects when it does not. */
export interface ReadyCheck {
  readonly name: string;
  readonly ask: () => Promise<unknown>;
}

export interface CheckResult {
  readonly name: string;
  /** What is wrong; undefined = nothing. */
  readonly problem: string | undefined;
  /** Milliseconds until it answered, rounded. */
  readonly answerMs: number;
}

export interface Readiness {
  results(): Promise<readonly CheckResult[]>;
  isReady(): Promise<boolean>;
  /** From now on not ready, whatever the checks say. */
  drain(): void;
}

const DEADLINE_MS = 2000;
const FRESH_MS = 1000;

export function createReadiness(checks: readonly ReadyCheck[], clock: Clock): Readiness {
  let draining = false;
  let last: { readonly at: number; readonly results: Promise<readonly CheckResult[]> } | undefined;

  function results(): Promise<readonly CheckResult[]> {
    if (draining) return Promise.resolve([{ name: 'process', problem: 'is stopping', answerMs: 0 }]);
    if (last === undefined || clock.now() - last.at >= FRESH_MS) {
      last = { at: clock.now(), results: Promise.all(checks.map((check) => askOne(check, clock))) };
    }
    return last.results;
  }

  return {
    results,
    isReady: async () => (await results()).every(({ problem }) => problem === undefined),
    drain() {
      draining = true;
    },
  };
}

async function askOne({ name, ask }: ReadyCheck, clock: Clock): Promise<CheckResult> {
  const answered = new AbortController();
  const askedAt = performance.now();
  const late = clock.sleep(DEADLINE_MS, answered.signal).then(() => `gave no answer within ${DEADLINE_MS / 1000} s`);
  const said = ask().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const problem = await Promise.race([said, late]);
  answered.abort();
  return { name, problem, answerMs: Math.round(performance.now() - askedAt) };
}
