// A key says whether it works now, an event of the audit log says in words what was done or refused.

import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Role } from '@hero-logic/proto/herologic/options/v1/options_pb';
import { ApiKeySchema, AuditEventSchema } from '@hero-logic/proto/herologic/registry/v1/access_pb';
import { expect, test } from 'vitest';
import { apiKeyFromPb, auditLineFromPb } from './access.ts';

test('a key works until its time or its end, and its old secret is named while it counts', () => {
  const now = 1_000_000;
  const read = (more: object) => apiKeyFromPb(create(ApiKeySchema, { role: Role.AUTHOR, ...more }), now);
  expect(read({})).toMatchObject({ role: 'author', state: 'works', lastUsedAt: undefined });
  expect(read({ expiresAt: timestampFromMs(now) }).state).toBe('expired');
  expect(read({ expiresAt: timestampFromMs(now + 1000), revokedAt: timestampFromMs(1) }).state).toBe('revoked');
  expect(read({ oldSecretUntil: timestampFromMs(now + 5000) }).oldSecretUntil).toBe(now + 5000);
  expect(read({ oldSecretUntil: timestampFromMs(now - 5000) }).oldSecretUntil).toBeUndefined();
});

test('an event in words', () => {
  const pb = create(AuditEventSchema, { method: 'PlayService.CancelPlay', subject: { play_sid: '01k' } });
  expect(auditLineFromPb(pb)).toMatchObject({ did: 'Cancel play', subject: [['play_sid', '01k']] });
});
