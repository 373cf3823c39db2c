// A page of recorded steps that fits into one reply: outputs are up to 4 MiB each, and are never cut.

import type { StepOutput, StepPage, StepStore } from '../domain/ports.ts';

const MAX_BYTES = 4 * 1024 * 1024;
/** Read at once, so that a page of large outputs does not fill the memory first. */
const CHUNK = 8;

/** At most `limit` steps after the position `after`; fewer when their outputs add up to 4 MiB, but always one if there is one. */
export async function readSteps(store: StepStore, playSid: string, after: number, limit: number): Promise<StepPage> {
  const steps: StepOutput[] = [];
  let bytes = 0;
  let next = after;
  while (steps.length < limit) {
    const chunk = await store.page(playSid, next, Math.min(CHUNK, limit - steps.length));
    const fitting = countFitting(chunk.steps, MAX_BYTES - bytes);
    if (fitting < chunk.steps.length) {
      if (fitting === 0 && steps.length > 0) break;
      const last = await store.page(playSid, next, Math.max(1, fitting));
      return { steps: [...steps, ...last.steps], next: last.next };
    }
    steps.push(...chunk.steps);
    if (chunk.next === undefined) return { steps, next: undefined };
    bytes += chunk.steps.reduce((sum, step) => sum + Buffer.byteLength(step.output), 0);
    next = chunk.next;
  }
  return { steps, next };
}

function countFitting(steps: readonly StepOutput[], bytes: number): number {
  let left = bytes;
  const first = steps.findIndex(({ output }) => {
    left -= Buffer.byteLength(output);
    return left < 0;
  });
  return first < 0 ? steps.length : first;
}
