// The pool of interpreters for this machine: a zygote where there can be one, else a plain process per play, said loudly.

import { join } from 'node:path';
import type { Log } from '@hero-logic/platform';
import { DEFAULTS } from './config.ts';
import type { InterpreterLog, Interpreters, InterpretersOptions } from './interpreters/interpreter.ts';
import { createPools } from './interpreters/pools.ts';
import { createSharedProcesses } from './interpreters/shared-processes.ts';
import { createSpawnInterpreters } from './interpreters/spawn-interpreters.ts';
import { createZygoteInterpreters } from './interpreters/zygote-interpreters.ts';
import { requireTier } from './sandbox-tier.ts';

export interface CreateInterpretersOptions extends Omit<InterpretersOptions, 'log'> {
  readonly log: Log;
  /** `zygote` (the default) falls back to `spawn`. */
  readonly kind?: 'zygote' | 'spawn';
  /** As in the executor's configuration; a fallback below it is refused. */
  readonly minTier?: string;
  /** Plays within these limits find a hot interpreter: the default limits of plays. */
  readonly hotLimits?: { readonly cpuS: number; readonly memoryMb: number };
}

export async function createInterpreters(options: CreateInterpretersOptions): Promise<Interpreters> {
  const { log: pino, kind = 'zygote', minTier = '', hotLimits = DEFAULTS.defaultLimits, ...rest } = options;
  const given = { ...rest, log: interpreterLog(pino) };
  const open = (more: Partial<InterpretersOptions>) =>
    createZygoteInterpreters({
      ...given,
      spareLimits: { cpuS: hotLimits.cpuS, memoryMb: hotLimits.memoryMb },
      ...more,
    });
  const interpreters =
    kind === 'spawn'
      ? await createSpawnInterpreters(given)
      : await open({}).then(
          (base) => {
            const pools = createPools({ base, open: ({ hash, dir }) => open(poolOptions(options.dir, hash, dir)) });
            return createSharedProcesses({ base: pools, idleAtMost: options.slots });
          },
          (error: unknown) => {
            pino.error(
              { err: error },
              'NO SANDBOX: the zygote does not start here. Plays run as ordinary processes with all rights of this one: run only flows that you trust.',
            );
            return createSpawnInterpreters(given);
          },
        );
  try {
    requireTier(interpreters, minTier);
  } catch (error) {
    await interpreters.close();
    throw error;
  }
  return interpreters;
}

/** Spares cost memory that packages make larger, and no other set of packages can use them. */
function poolOptions(dir: string, hash: string, packages: string): Partial<InterpretersOptions> {
  return { dir: join(dir, `env-${hash.slice(0, 12)}`), packages, spares: 1 };
}

function interpreterLog(log: Log): InterpreterLog {
  return {
    info: (details, message) => log.info(details, message),
    warn: (details, message) => log.warn(details, message),
    error: (details, message) => log.error(details, message),
  };
}
