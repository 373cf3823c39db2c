// grpc.health.v1: the whole server and each of its services are SERVING from the start until the drain begins.

import type { DescService } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import { Code, ConnectError } from '@connectrpc/connect';
import { Health, HealthCheckResponse_ServingStatus as Status } from '@hero-logic/proto/grpc/health/v1/health_pb';

export interface HealthState {
  readonly routes: (router: ConnectRouter) => void;
  /** From now on NOT_SERVING. */
  drain(): void;
}

export function createHealth(services: () => readonly DescService[]): HealthState {
  let serving = true;
  const watchers = new Set<() => void>();
  const statusOf = (name: string) => {
    if (name !== '' && !services().some((s) => s.typeName === name)) return undefined;
    return serving ? Status.SERVING : Status.NOT_SERVING;
  };
  return {
    routes: (router) =>
      router.service(Health, {
        check(request) {
          const status = statusOf(request.service);
          if (status === undefined) throw new ConnectError(`no service ${request.service}`, Code.NotFound);
          return { status };
        },
        async *watch(request, context) {
          let sent: Status | undefined;
          while (!context.signal.aborted) {
            const status = statusOf(request.service) ?? Status.SERVICE_UNKNOWN;
            if (status !== sent) yield { status };
            sent = status;
            await new Promise<void>((resolve) => {
              const wake = () => {
                watchers.delete(wake);
                resolve();
              };
              watchers.add(wake);
              context.signal.addEventListener('abort', wake, { once: true });
            });
          }
        },
      }),
    drain() {
      serving = false;
      for (const wake of [...watchers]) wake();
    },
  };
}
