import { Role } from '@hero-logic/proto/herologic/options/v1/options_pb';
import type { ApiKey as ApiKeyPb, AuditEvent as AuditEventPb } from '@hero-logic/proto/herologic/registry/v1/access_pb';
import { msFromPb } from './format.ts';

/** What a key may be given, each with what it may do. */
export const ROLES: readonly { readonly value: Role; readonly word: string; readonly may: string }[] = [
  { value: Role.VIEWER, word: 'viewer', may: 'reads everything' },
  { value: Role.OPERATOR, word: 'operator', may: 'starts, answers, holds, cancels and forks plays; fires triggers' },
  { value: Role.AUTHOR, word: 'author', may: 'writes flows, versions, examples and triggers; that is running code' },
  { value: Role.ADMIN, word: 'admin', may: 'makes and ends keys, reads the audit log' },
];

export interface ApiKey {
  readonly sid: string;
  readonly name: string;
  readonly role: string;
  readonly createdAt: number | undefined;
  readonly createdBy: string;
  readonly lastUsedAt: number | undefined;
  readonly expiresAt: number | undefined;
  readonly oldSecretUntil: number | undefined;
  readonly state: 'works' | 'expired' | 'revoked';
}

export function apiKeyFromPb(pb: ApiKeyPb, now: number): ApiKey {
  const expiresAt = msFromPb(pb.expiresAt);
  const until = msFromPb(pb.oldSecretUntil);
  return {
    sid: pb.sid,
    name: pb.name,
    role: roleWord(pb.role),
    createdAt: msFromPb(pb.createdAt),
    createdBy: pb.createdBy,
    lastUsedAt: msFromPb(pb.lastUsedAt),
    expiresAt,
    oldSecretUntil: until !== undefined && until > now ? until : undefined,
    state: pb.revokedAt !== undefined ? 'revoked' : expiresAt !== undefined && expiresAt <= now ? 'expired' : 'works',
  };
}

export interface AuditLine {
  readonly sid: string;
  readonly at: number | undefined;
  readonly caller: string;
  readonly role: string;
  /** "Cancel play" of "PlayService.CancelPlay". */
  readonly did: string;
  readonly subject: readonly (readonly [name: string, value: string])[];
  readonly refusal: string;
}

export function auditLineFromPb(pb: AuditEventPb): AuditLine {
  const call = pb.method.split('.').at(-1) ?? pb.method;
  const words = call.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return {
    sid: pb.sid,
    at: msFromPb(pb.at),
    caller: pb.caller,
    role: roleWord(pb.role),
    did: words,
    subject: Object.entries(pb.subject),
    refusal: pb.refusal,
  };
}

function roleWord(role: Role): string {
  return ROLES.find((r) => r.value === role)?.word ?? 'service';
}
