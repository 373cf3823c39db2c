import { createClient } from '@connectrpc/connect';
import { AccessService } from '@hero-logic/proto/herologic/registry/v1/access_service_pb';
import { transport } from './transport.ts';

/** Apart from the others: only its own page needs it, and every page waits for theirs. */
export const access = createClient(AccessService, transport);
