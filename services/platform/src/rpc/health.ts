// grpc.health.v1: the whole server and each of its services are SERVING while what they stand on answers, until the drain begins.

import type { DescService } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import { Code, ConnectError } from '@connectrpc/connect';
import { Health, HealthCheckResponse_ServingStatus as Status } from '@hero-logic/proto/grpc/health/v1/health_pb';

export interface HealthState {
  readonly routes: (router: ConnectRouter) => void;
  /** From now on NOT_SERVING. */
  drain(): void;
}

const LOOK_EVERY_MS = 2000;

export function createHealth(services: () => readonly DescService[], ready?: () => Promise<void>): HealthState {
  let serving = true;
  let draining = false;
  const watchers = new Set<() => void>();
  const become = (next: boolean) => {
    if (next === serving) return;
    serving = next;
    for (const wake of [...watchers]) wake();
  };
  const looking =
    ready &&
    setInterval(async () => {
      const answers = await answersInTime(ready);
      if (!draining) become(answers);
    }, LOOK_EVERY_MS).unref();
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
      draining = true;
      clearInterval(looking);
      become(false);
    },
  };
}

function answersInTime(ready: () => Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LOOK_EVERY_MS, false);
    ready()
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(timer));
  });
}
