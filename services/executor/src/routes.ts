import type { ServiceImpl } from '@connectrpc/connect';
import type { Routes } from '@hero-logic/platform';
import { PlayDataService } from '@hero-logic/proto/herologic/executor/v1/play_data_service_pb';
import { ReplayService } from '@hero-logic/proto/herologic/executor/v1/replay_service_pb';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';

export function executorRoutes(services: {
  readonly spans: ServiceImpl<typeof SpanService>;
  readonly replays: ServiceImpl<typeof ReplayService>;
  readonly playData: ServiceImpl<typeof PlayDataService>;
}): Routes {
  return (router) => {
    router.service(SpanService, services.spans);
    router.service(ReplayService, services.replays);
    router.service(PlayDataService, services.playData);
  };
}
