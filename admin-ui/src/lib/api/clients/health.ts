import { createClient } from '@connectrpc/connect';
import { HealthService } from '@hero-logic/proto/herologic/scheduler/v1/health_service_pb';
import { transport } from '../transport.ts';

export const health = createClient(HealthService, transport);
