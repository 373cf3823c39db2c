import { createClient } from '@connectrpc/connect';
import { ErrorGroupService } from '@hero-logic/proto/herologic/scheduler/v1/error_group_service_pb';
import { transport } from '../transport.ts';

export const errorGroups = createClient(ErrorGroupService, transport);
