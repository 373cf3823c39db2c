// What is simulated: the plays that come, and what they come to.

import type { Times } from './measured.ts';

export interface Load {
  readonly playsPerSecond: number;
  /** What a play does: it waits so long (without a processor), computes so long, and has so many durable steps. */
  readonly waitMs: number;
  readonly computeMs: number;
  readonly steps: number;
  /** By chance (exponential), or always the same. */
  readonly isRandom: boolean;
  /** Keys by which plays go to shards (workflows, namespaces), and how unequal they are: 0 = all alike, 1 = the second has half as many as the first. */
  readonly keys: number;
  readonly skew: number;
}

export interface Mesh {
  readonly shards: number;
  /** Of each shard. */
  readonly schedulers: number;
  /** In all; each belongs to one shard. */
  readonly executors: number;
  readonly slots: number;
  readonly cores: number;
  readonly times: Times;
}
