import { createClient } from '@connectrpc/connect';
import { TriggerService } from '@hero-logic/proto/herologic/scheduler/v1/trigger_service_pb';
import { transport } from '../transport.ts';

export const triggers = createClient(TriggerService, transport);
