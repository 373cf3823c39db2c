/**
 * A pool of interpreters for each set of packages, beside the one for plays without: each has a zygote of its own, which
 * is started when the first play asks for it, and ended when none has for a while.
 */

import type { Interpreter, Interpreters } from './interpreter.ts';

/** How long a pool is kept that nobody asks for. */
const IDLE_MS = 10 * 60_000;

interface Pool {
  readonly interpreters: Promise<Interpreters>;
  /** Taken and not yet released. */
  inUse: number;
  idle: NodeJS.Timeout | undefined;
}

export interface PoolsOptions {
  /** For plays without packages: always there. */
  readonly base: Interpreters;
  /** Starts a pool for the packages in `dir`. */
  readonly open: (packages: { readonly hash: string; readonly dir: string }) => Promise<Interpreters>;
  readonly idleMs?: number;
}

export function createPools({ base, open, idleMs = IDLE_MS }: PoolsOptions): Interpreters {
  const pools = new Map<string, Pool>();
  const owners = new Map<Interpreter, { readonly hash: string; readonly pool: Pool }>();
  const leaving = new Set<Promise<void>>();

  function poolOf(packages: { hash: string; dir: string }): Pool {
    const known = pools.get(packages.hash);
    if (known !== undefined) return known;
    const pool: Pool = { interpreters: open(packages), inUse: 0, idle: undefined };
    pools.set(packages.hash, pool);
    // The next play tries again.
    pool.interpreters.catch(() => pools.delete(packages.hash));
    return pool;
  }

  function leave(hash: string, pool: Pool): void {
    pool.inUse -= 1;
    if (pool.inUse > 0 || pools.get(hash) !== pool) return;
    pool.idle = setTimeout(() => {
      pools.delete(hash);
      const closed = pool.interpreters
        .then((interpreters) => interpreters.close())
        .finally(() => leaving.delete(closed));
      leaving.add(closed);
    }, idleMs);
    pool.idle.unref();
  }

  async function all(): Promise<Interpreters[]> {
    const settled = await Promise.allSettled([...pools.values()].map(({ interpreters }) => interpreters));
    return settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  }

  let others: readonly Interpreters[] = [];
  return {
    tier: base.tier,
    missing: base.missing,
    canHosts: base.canHosts,
    async take(policy) {
      if (policy.packages === undefined) return base.take(policy);
      const { hash } = policy.packages;
      const pool = poolOf(policy.packages);
      clearTimeout(pool.idle);
      pool.inUse += 1;
      try {
        const interpreter = await (await pool.interpreters).take(policy);
        owners.set(interpreter, { hash, pool });
        others = await all();
        return interpreter;
      } catch (error) {
        leave(hash, pool);
        throw error;
      }
    },
    expect: () => base.expect?.(),
    stats() {
      const sum = { ...base.stats() };
      for (const { hot, running, forked } of others.map((pool) => pool.stats())) {
        sum.hot += hot;
        sum.running += running;
        sum.forked += forked;
      }
      return sum;
    },
    async release(interpreter) {
      const owner = owners.get(interpreter);
      if (owner === undefined) return base.release(interpreter);
      owners.delete(interpreter);
      try {
        await (await owner.pool.interpreters).release(interpreter);
      } finally {
        leave(owner.hash, owner.pool);
      }
    },
    async close() {
      for (const { idle } of pools.values()) clearTimeout(idle);
      const open = await all();
      pools.clear();
      await Promise.all([base.close(), ...open.map((each) => each.close()), ...leaving]);
    },
  };
}
