// What the scheduler serves.

import type { ServiceImpl } from '@connectrpc/connect';
import type { Routes } from '@hero-logic/platform';
import { HealthService } from '@hero-logic/proto/herologic/scheduler/v1/health_service_pb';
import { HookService } from '@hero-logic/proto/herologic/scheduler/v1/hook_service_pb';
import { LeaseService } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { TriggerService } from '@hero-logic/proto/herologic/scheduler/v1/trigger_service_pb';
import { WebhookService } from '@hero-logic/proto/herologic/scheduler/v1/webhook_service_pb';
import { WorkflowPlaysService } from '@hero-logic/proto/herologic/scheduler/v1/workflow_plays_service_pb';

export interface SchedulerHandlers {
  readonly plays: ServiceImpl<typeof PlayService>;
  readonly leases: ServiceImpl<typeof LeaseService>;
  readonly health: ServiceImpl<typeof HealthService>;
  readonly hooks: ServiceImpl<typeof HookService>;
  readonly triggers: ServiceImpl<typeof TriggerService>;
  readonly webhooks: ServiceImpl<typeof WebhookService>;
  readonly workflowPlays: ServiceImpl<typeof WorkflowPlaysService>;
  readonly operate: Routes;
}

export function createRoutes(handlers: SchedulerHandlers): Routes {
  return (router) => {
    router.service(PlayService, handlers.plays);
    router.service(LeaseService, handlers.leases);
    router.service(HealthService, handlers.health);
    router.service(HookService, handlers.hooks);
    router.service(TriggerService, handlers.triggers);
    router.service(WebhookService, handlers.webhooks);
    router.service(WorkflowPlaysService, handlers.workflowPlays);
    handlers.operate(router);
  };
}
