// How long calls take and how they end, by method.

import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import type { Meter } from '@opentelemetry/api';

/** A stream counts when it begins to answer: how long it is watched says nothing about this process. */
export function createRpcMetrics(meter: Meter): Interceptor {
  const seconds = meter.createHistogram('hero_rpc_seconds', {
    description: 'Time of calls that this process answered, by method and how they ended.',
  });
  return (next) => async (req) => {
    const started = performance.now();
    let code = 'ok';
    try {
      return await next(req);
    } catch (error) {
      code = Code[ConnectError.from(error).code].toLowerCase();
      throw error;
    } finally {
      seconds.record((performance.now() - started) / 1000, {
        method: `${req.service.typeName}/${req.method.name}`,
        code,
      });
    }
  };
}
