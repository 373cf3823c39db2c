// grpc.health.v1. The whole server ("") and each of its services are SERVING while the process is ready, until the drain begins. The
// name "livez" is SERVING for as long as the process answers: a probe that starts it anew must not ask about servers that it needs.

import type { DescService } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import { Code, ConnectError } from '@connectrpc/connect';
import { Health, HealthCheckResponse_ServingStatus as Status } from '@hero-logic/proto/grpc/health/v1/health_pb';

export interface HealthState {
  readonly routes: (router: ConnectRouter) => void;
  /** From now on NOT_SERVING. */
  drain(): void;
}

export interface HealthOptions {
  readonly services: () => readonly DescService[];
  /** Absent = always. */
  readonly isReady?: (() => Promise<boolean>) | undefined;
  /** Told with every answer; empty = it is not. */
  readonly version?: string | undefined;
}

const LIVENESS = 'livez';
/** Of a watch: what the process needs may come and go without a signal. */
const LOOK_AGAIN_MS = 2000;

export function createHealth({ services, isReady = async () => true, version = '' }: HealthOptions): HealthState {
  let serving = true;
  const watchers = new Set<() => void>();
  const statusOf = async (name: string) => {
    if (name === LIVENESS) return Status.SERVING;
    if (name !== '' && !services().some((s) => s.typeName === name)) return undefined;
    return serving && (await isReady()) ? Status.SERVING : Status.NOT_SERVING;
  };
  return {
    routes: (router) =>
      router.service(Health, {
        async check(request, context) {
          if (version !== '') context.responseHeader.set('hero-logic-version', version);
          const status = await statusOf(request.service);
          if (status === undefined) throw new ConnectError(`no service ${request.service}`, Code.NotFound);
          return { status };
        },
        async *watch(request, context) {
          let sent: Status | undefined;
          while (!context.signal.aborted) {
            const status = (await statusOf(request.service)) ?? Status.SERVICE_UNKNOWN;
            if (status !== sent) yield { status };
            sent = status;
            await new Promise<void>((resolve) => {
              const wake = () => {
                clearTimeout(timer);
                watchers.delete(wake);
                resolve();
              };
              const timer = setTimeout(wake, LOOK_AGAIN_MS);
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
