// The port for operators of one service: /livez, /readyz, /metrics.

import { ConfigError, createOpsServer, type Log, type OpsServer, opsPages, type Readiness } from '@hero-logic/platform';
import type { Telemetry } from '../core/telemetry.ts';

export interface OpsOptions {
  readonly host: string;
  /** 0 = none. */
  readonly port: number;
  readonly readiness: Readiness;
  readonly telemetry: Telemetry;
  readonly log: Log;
}

export async function startOps({ host, port, readiness, telemetry, log }: OpsOptions): Promise<OpsServer | undefined> {
  if (port === 0) return undefined;
  try {
    return await createOpsServer({ pages: opsPages({ readiness, metrics: telemetry.metrics }), host, port, log });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new ConfigError(
      'HERO_LOGIC_OPS_PORT',
      `is ${port}, which is taken on ${host}; choose another, or 0 for none`,
    );
  }
}
