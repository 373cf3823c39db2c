// The flows of a simulated world: lists of operations, drawn from its seed, that stand where the sources of versions would.

import type { Random } from '@hero-logic/platform/testing';

type Branches = readonly (readonly Op[])[];

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
  | { readonly op: 'branch'; readonly branches: Branches }
  | { readonly op: 'race'; readonly branches: Branches };

export interface Version {
  readonly sid: string;
  readonly ops: readonly Op[];
}

export interface Flow {
  readonly name: string;
  /** The first is current. A waiting play can be moved to any of them. */
  readonly versions: readonly Version[];
  /** Limits of its versions; 0 = none. */
  readonly maxRunning: number;
  readonly slotCost: number;
}

const FLOWS = 4;

/** Flow n spawns only flows before it, so that every family ends. `isPlain`: one version each, and no races. */
export function drawFlows(random: Random, isPlain: boolean): Flow[] {
  const flows: Flow[] = [];
  for (let n = 0; n < FLOWS; n++) {
    const ops = drawOps({ random, flow: n, depth: 0, isPlain });
    const limits = { maxRunning: random.chance(0.2) ? random.int(1, 2) : 0, slotCost: random.chance(0.2) ? 2 : 1 };
    const versions = [{ sid: `v-flow${n}`, ops }];
    if (!isPlain) versions.push({ sid: `v-flow${n}.2`, ops: revised(random, ops, n) });
    flows.push({ name: `flow${n}`, versions, ...limits });
  }
  return flows;
}

/** The same source with a change: most operations stay where they are, and so do the ids of their questions. */
function revised(random: Random, ops: readonly Op[], flow: number): Op[] {
  const draw = { random, flow, depth: 1, isPlain: false };
  const kept = ops.map((op) => (random.chance(0.2) ? drawOp(draw) : op));
  return random.chance(0.5) ? [...kept, drawOp(draw)] : kept;
}

interface Draw {
  readonly random: Random;
  readonly flow: number;
  readonly depth: number;
  readonly isPlain: boolean;
}

function drawOps(draw: Draw): Op[] {
  return Array.from({ length: draw.random.int(1, draw.depth === 0 ? 4 : 2) }, () => drawOp(draw));
}

const PLAIN_KINDS = ['step', 'step', 'step', 'ask', 'sleep', 'spawn', 'fan', 'branch'] as const;
const KINDS = [...PLAIN_KINDS, 'race'] as const;
const WAITS = ['ask', 'ask', 'sleep', 'spawn'] as const;

function drawOp(draw: Draw): Op {
  const { random, flow, depth, isPlain } = draw;
  const kind = random.pick<(typeof KINDS)[number]>(isPlain ? PLAIN_KINDS : KINDS);
  if (kind === 'ask' || kind === 'sleep' || kind === 'spawn') return drawWait(draw, kind);
  if (kind === 'fan' && flow > 0) {
    return { op: 'fan', workflow: 'flow0', count: random.int(2, 3), limit: random.int(0, 2) };
  }
  if (kind === 'branch' && depth === 0) {
    return { op: 'branch', branches: many(random, () => drawOps({ ...draw, depth: 1 })) };
  }
  if (kind === 'race' && depth <= 1)
    return { op: 'race', branches: many(random, () => drawLane({ ...draw, depth: 2 })) };
  return drawStep(random);
}

function many<T>(random: Random, draw: () => T): T[] {
  return Array.from({ length: random.int(2, 3) }, draw);
}

/** Most branches of a race wait for something. */
function drawLane(draw: Draw): Op[] {
  const ops = drawOps(draw);
  return draw.random.chance(0.7) ? [drawWait(draw, draw.random.pick(WAITS)), ...ops.slice(1)] : ops;
}

function drawWait({ random, flow }: Draw, kind: 'ask' | 'sleep' | 'spawn'): Op {
  if (kind === 'ask') {
    const isTimed = random.chance(0.3);
    return { op: 'ask', timeoutMs: isTimed ? random.int(500, 20_000) : undefined, hasDefault: random.chance(0.5) };
  }
  if (kind === 'sleep') return { op: 'sleep', ms: random.int(100, 15_000) };
  return flow > 0 ? { op: 'spawn', workflow: `flow${random.int(0, flow - 1)}` } : drawStep(random);
}

function drawStep(random: Random): Op {
  const fails = random.chance(0.25) ? random.int(1, 2) : 0;
  return { op: 'step', ms: random.int(0, 300), fails, retries: 2, delayMs: random.pick([50, 1000, 12_000]) };
}
