// Keys and audit events <-> the wire.

import { create } from '@bufbuild/protobuf';
import { type AuditEvent, roleFromPb, roleToPb, timeFromPb, timeToPb } from '@hero-logic/platform';
import {
  ApiKeySchema,
  AuditEventSchema,
  type ApiKey as PbApiKey,
  type AuditEvent as PbAuditEvent,
} from '@hero-logic/proto/herologic/registry/v1/access_pb';
import { type ApiKey, oldSecretUntil } from '../domain/access/api-key.ts';

export function apiKeyToPb(key: ApiKey, now: number): PbApiKey {
  return create(ApiKeySchema, {
    sid: key.sid,
    name: key.name,
    role: roleToPb(key.role),
    namespaces: [...(key.namespaces ?? [])],
    createdAt: timeToPb(key.createdAt),
    createdBy: key.createdBy,
    expiresAt: timeToPb(key.expiresAt),
    revokedAt: timeToPb(key.revokedAt),
    lastUsedAt: timeToPb(key.lastUsedAt),
    oldSecretUntil: timeToPb(oldSecretUntil(key, now)),
  });
}

export function auditEventToPb({ at, role, subject, ...rest }: AuditEvent): PbAuditEvent {
  return create(AuditEventSchema, { ...rest, at: timeToPb(at), role: roleToPb(role), subject: { ...subject } });
}

export function auditEventFromPb(event: PbAuditEvent): AuditEvent {
  const { sid, caller, method, subject, refusal, namespace } = event;
  return {
    sid,
    caller,
    method,
    subject,
    refusal,
    namespace,
    at: timeFromPb(event.at) ?? 0,
    role: roleFromPb(event.role),
  };
}
