import type { ServiceImpl } from '@connectrpc/connect';
import type { Routes } from '@hero-logic/platform';
import { ReplayService } from '@hero-logic/proto/herologic/executor/v1/replay_service_pb';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';

export function executorRoutes(services: {
  readonly spans: ServiceImpl<typeof SpanService>;
  readonly replays: ServiceImpl<typeof ReplayService>;
}): Routes {
  return (router) => {
    router.service(SpanService, services.spans);
    router.service(ReplayService, services.replays);
  };
}
