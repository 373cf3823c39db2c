// The flows of a simulated world: a list of operations, drawn from its seed, that stands where the source of a version would.

import type { Random } from '../random.ts';

export type Op =
  | {
      readonly op: 'step';
      readonly ms: number;
      readonly fails: number;
      readonly retries: number;
      readonly delayMs: number;
    }
  | { readonly op: 'ask'; readonly timeoutMs: number | undefined; readonly hasDefault: boolean }
  | { readonly op: 'sleep'; readonly ms: number }
  | { readonly op: 'spawn'; readonly workflow: string }
  | { readonly op: 'fan'; readonly workflow: string; readonly count: number; readonly limit: number }
  | { readonly op: 'branch'; readonly branches: readonly (readonly Op[])[] };

export interface Flow {
  readonly name: string;
  readonly ops: readonly Op[];
  /** Limits of its version; 0 = none. */
  readonly maxRunning: number;
  readonly slotCost: number;
}

const FLOWS = 4;

/** Flow n spawns only flows before it, so that every family ends. */
export function drawFlows(random: Random): Flow[] {
  const flows: Flow[] = [];
  for (let n = 0; n < FLOWS; n++) {
    flows.push({
      name: `flow${n}`,
      ops: drawOps(random, n, 0),
      maxRunning: random.chance(0.2) ? random.int(1, 2) : 0,
      slotCost: random.chance(0.2) ? 2 : 1,
    });
  }
  return flows;
}

function drawOps(random: Random, flow: number, depth: number): Op[] {
  return Array.from({ length: random.int(1, depth === 0 ? 4 : 2) }, () => drawOp(random, flow, depth));
}

function drawOp(random: Random, flow: number, depth: number): Op {
  const kind = random.pick(['step', 'step', 'step', 'ask', 'sleep', 'spawn', 'fan', 'branch'] as const);
  const child = () => `flow${random.int(0, flow - 1)}`;
  if (kind === 'ask') {
    const isTimed = random.chance(0.3);
    return { op: 'ask', timeoutMs: isTimed ? random.int(500, 20_000) : undefined, hasDefault: random.chance(0.5) };
  }
  if (kind === 'sleep') return { op: 'sleep', ms: random.int(100, 15_000) };
  if (kind === 'spawn' && flow > 0) return { op: 'spawn', workflow: child() };
  if (kind === 'fan' && flow > 0) {
    return { op: 'fan', workflow: 'flow0', count: random.int(2, 3), limit: random.int(0, 2) };
  }
  if (kind === 'branch' && depth === 0) {
    return { op: 'branch', branches: Array.from({ length: random.int(2, 3) }, () => drawOps(random, flow, 1)) };
  }
  const fails = random.chance(0.25) ? random.int(1, 2) : 0;
  return { op: 'step', ms: random.int(0, 300), fails, retries: 2, delayMs: random.pick([50, 1000, 12_000]) };
}
