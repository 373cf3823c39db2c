// serve: one service in this process until a signal ends it.

import type { Env } from '../core/context.ts';
import type { Io } from '../core/io.ts';
import { runFailure } from '../core/run-failure.ts';
import { version } from '../core/version.ts';
import type { ServeFlags, ServiceName } from '../serve/serve-config.ts';

export interface ServeArgs {
  readonly port?: number;
  readonly grace?: number;
  readonly logLevel?: NonNullable<ServeFlags['logLevel']>;
}

export interface ServeContext {
  readonly io: Io;
  readonly env: Env;
  readonly json: boolean;
}

export async function serve({ io, env, json }: ServeContext, service: ServiceName, args: ServeArgs): Promise<number> {
  const { runService } = await import('../serve/run-service.ts');
  const flags: ServeFlags = {
    ...(args.port === undefined ? {} : { port: args.port }),
    ...(args.grace === undefined ? {} : { graceS: args.grace }),
    ...(args.logLevel === undefined ? {} : { logLevel: args.logLevel }),
  };
  const print = (line: string) => (json ? io.err : io.out)(`${line}\n`);
  try {
    return await runService({ service, flags, env, version: version(), print });
  } catch (error) {
    throw runFailure(error);
  }
}
