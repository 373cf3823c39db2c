// What can be done with keys: load, decide, save.

import { type Clock, HeroError, type NewSid, newKeyText, type Role } from '@hero-logic/platform';
import { type ApiKey, refusalOf, revoked, rotated, used } from './api-key.ts';
import type { ApiKeyStore } from './ports.ts';

export interface ApiKeyDeps {
  readonly keys: ApiKeyStore;
  readonly clock: Clock;
  readonly newSid: NewSid;
}

export interface NewApiKey {
  readonly name: string;
  readonly role: Role;
  /** Empty = in every namespace. */
  readonly namespaces: readonly string[];
  readonly createdBy: string;
  readonly expiresAt: number | undefined;
}

/** The text is known here and nowhere after. */
export interface KeyWithText {
  readonly key: ApiKey;
  readonly text: string;
}

export async function createApiKey({ keys, clock, newSid }: ApiKeyDeps, asked: NewApiKey): Promise<KeyWithText> {
  const { expiresAt, namespaces, ...rest } = asked;
  const now = clock.now();
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new HeroError('INVALID_ARGUMENT', 'expires_at: is in the past', {
      violations: [{ field: 'expires_at', description: 'is in the past; leave it out for a key without an end' }],
    });
  }
  const sid = newSid();
  const { text, secretSha256 } = newKeyText(sid);
  const where = namespaces.length === 0 ? {} : { namespaces: [...namespaces] };
  const end = expiresAt === undefined ? {} : { expiresAt };
  const key: ApiKey = { sid, ...rest, secrets: [{ sha256: secretSha256 }], createdAt: now, ...where, ...end };
  if (await keys.create(key)) return { key, text };
  throw new HeroError('API_KEY_NAME_TAKEN', `another key has the name "${asked.name}"`, {
    violations: [{ field: 'name', description: 'is taken' }],
    metadata: { name: asked.name },
  });
}

export async function rotateApiKey({ keys, clock }: ApiKeyDeps, sid: string, graceMs: number): Promise<KeyWithText> {
  const { text, secretSha256 } = newKeyText(sid);
  const key = await keys.change(sid, (k) => rotated(k, secretSha256, graceMs, clock.now()));
  return { key: key ?? noKey(sid), text };
}

export async function revokeApiKey({ keys, clock }: ApiKeyDeps, sid: string): Promise<ApiKey> {
  return (await keys.change(sid, (k) => revoked(k, clock.now()))) ?? noKey(sid);
}

/** The key, where its secret is good. UNAUTHENTICATED, always in the same words, where it is not. */
export async function checkApiKey({ keys, clock }: ApiKeyDeps, sid: string, secretSha256: string): Promise<ApiKey> {
  const key = await keys.get(sid);
  if (key === undefined || refusalOf(key, secretSha256, clock.now()) !== undefined) {
    throw new HeroError('UNAUTHENTICATED', 'this key is not known, has expired or is revoked');
  }
  if (used(key, clock.now()) === key) return key;
  return (await keys.change(sid, (k) => used(k, clock.now()))) ?? key;
}

function noKey(sid: string): never {
  throw new HeroError('API_KEY_NOT_FOUND', `no key has the sid ${sid}`, { metadata: { sid } });
}
