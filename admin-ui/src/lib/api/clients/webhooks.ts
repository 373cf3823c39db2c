import { createClient } from '@connectrpc/connect';
import { WebhookService } from '@hero-logic/proto/herologic/scheduler/v1/webhook_service_pb';
import { transport } from '../transport.ts';

export const webhooks = createClient(WebhookService, transport);
