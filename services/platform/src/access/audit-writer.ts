// Events of the audit log, given to the registry to keep. One that it has already is not kept twice.

import { createClient, type Transport } from '@connectrpc/connect';
import { AccessCheckService } from '@hero-logic/proto/herologic/registry/v1/access_check_service_pb';
import { timeToPb } from '../rpc/time.ts';
import type { AuditEvent, AuditTrailDeps } from './audit-trail.ts';
import { roleToPb } from './role.ts';

export function createAuditWriter(registry: Transport): AuditTrailDeps['write'] {
  const client = createClient(AccessCheckService, registry);
  return async (events) => {
    await client.recordAuditEvents({ events: events.map(toPb) });
  };
}

function toPb({ at, role, subject, ...rest }: AuditEvent) {
  return { ...rest, at: timeToPb(at), role: roleToPb(role), subject: { ...subject } };
}
