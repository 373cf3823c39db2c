import { createClient } from '@connectrpc/connect';
import { BulkService } from '@hero-logic/proto/herologic/scheduler/v1/bulk_service_pb';
import { transport } from '../transport.ts';

export const bulkJobs = createClient(BulkService, transport);
