import { createClient } from '@connectrpc/connect';
import { AccessService } from '@hero-logic/proto/herologic/registry/v1/access_service_pb';
import { transport } from '../transport.ts';

export const access = createClient(AccessService, transport);
