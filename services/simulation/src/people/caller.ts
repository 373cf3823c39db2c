// A caller who asks until there is a reply.

import { type HeroError, toHeroError } from '@hero-logic/platform';
import type { Random } from '@hero-logic/platform/testing';
import type { World } from '../world/world.ts';

/** undefined = refused. */
export type Caller = <T>(what: (options: { timeoutMs: number }) => Promise<T>) => Promise<T | undefined>;

const CALL_MS = 20_000;
const AGAIN_MS = 700;
const PASSING = ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'CANCELLED', 'INTERNAL'];

export function createCaller(world: World, random: Random): Caller {
  return async (what) => {
    for (;;) {
      try {
        return await what({ timeoutMs: CALL_MS });
      } catch (error) {
        const problem: HeroError = toHeroError(error);
        if (!PASSING.includes(problem.reason)) {
          world.trace(`client is refused: ${problem.reason} ${problem.message}`);
          return undefined;
        }
        await world.clock.sleep(random.int(1, AGAIN_MS));
      }
    }
  };
}
