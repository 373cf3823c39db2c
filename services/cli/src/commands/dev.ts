// dev: all services in this process until a signal ends it.

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Env } from '../core/context.ts';
import type { Io } from '../core/io.ts';
import { runFailure } from '../core/run-failure.ts';
import { UsageError } from '../core/usage-error.ts';
import { version } from '../core/version.ts';
import type { DevFlags } from '../dev/dev-config.ts';
import type { RunDevOptions } from '../dev/run-dev.ts';

export interface DevArgs {
  readonly port?: number;
  readonly host?: string;
  readonly flows?: string;
  readonly grace?: number;
  readonly logLevel?: NonNullable<DevFlags['logLevel']>;
}

export interface DevContext {
  readonly io: Io;
  readonly env: Env;
  readonly json: boolean;
  /** The run; tests pass their own. */
  readonly run?: (options: RunDevOptions) => Promise<number>;
}

export async function dev(context: DevContext, args: DevArgs): Promise<number> {
  const { io, env, json } = context;
  const flowsDir = args.flows === undefined ? undefined : resolve(args.flows);
  if (flowsDir !== undefined && statSync(flowsDir, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`--flows ${args.flows}: there is no such folder`);
  }
  const flags: DevFlags = {
    ...(args.port === undefined ? {} : { port: args.port }),
    ...(args.host === undefined ? {} : { host: args.host }),
    ...(args.grace === undefined ? {} : { graceS: args.grace }),
    ...(args.logLevel === undefined ? {} : { logLevel: args.logLevel }),
    ...(flowsDir === undefined ? {} : { flowsDir }),
  };
  const print = (line: string) => (json ? io.err : io.out)(`${line}\n`);
  const run = context.run ?? (await import('../dev/run-dev.ts')).runDev;
  try {
    return await run({ flags, env, version: version(), print });
  } catch (error) {
    throw runFailure(error);
  }
}
