import type { ServiceImpl } from '@connectrpc/connect';
import type { Routes } from '@hero-logic/platform';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';

export function executorRoutes(services: { readonly spans: ServiceImpl<typeof SpanService> }): Routes {
  return (router) => {
    router.service(SpanService, services.spans);
  };
}
