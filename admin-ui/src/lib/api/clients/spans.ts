import { createClient } from '@connectrpc/connect';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { transport } from '../transport.ts';

export const spans = createClient(SpanService, transport);
