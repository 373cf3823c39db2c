// An API key: what it may do and until when. Every function gives a new key, or the same object when nothing changes.

import { HeroError, type Role } from '@hero-logic/platform';

interface Secret {
  readonly sha256: string;
  /** From then on it is refused; undefined = as long as the key lives. */
  readonly until?: number;
}

export interface ApiKey {
  readonly sid: string;
  readonly name: string;
  readonly role: Role;
  /** Where the role holds; absent or empty = in every namespace. */
  readonly namespaces?: readonly string[];
  /** Newest first, at most two. */
  readonly secrets: readonly Secret[];
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  /** To within USE_NOTED_EVERY_MS. */
  readonly lastUsedAt?: number;
}

const USE_NOTED_EVERY_MS = 3_600_000;

/** Undefined = it is good. */
export function refusalOf(key: ApiKey, secretSha256: string, now: number): string | undefined {
  if (key.revokedAt !== undefined) return 'the key is revoked';
  if (key.expiresAt !== undefined && key.expiresAt <= now) return 'the key has expired';
  const secret = key.secrets.find((s) => s.sha256 === secretSha256);
  if (secret === undefined) return 'the secret is not the one of the key';
  return secret.until !== undefined && secret.until <= now ? 'the secret was replaced by a newer one' : undefined;
}

/** With a new secret; the newest one before works until `now + graceMs`, any older one ends. */
export function rotated(key: ApiKey, secretSha256: string, graceMs: number, now: number): ApiKey {
  if (key.revokedAt !== undefined) {
    throw new HeroError('API_KEY_REVOKED', `the key "${key.name}" is revoked; make a new one`, {
      metadata: { sid: key.sid },
    });
  }
  const [newest] = key.secrets;
  const old = newest === undefined || graceMs === 0 ? [] : [{ sha256: newest.sha256, until: now + graceMs }];
  return { ...key, secrets: [{ sha256: secretSha256 }, ...old] };
}

export function revoked(key: ApiKey, now: number): ApiKey {
  return key.revokedAt === undefined ? { ...key, revokedAt: now } : key;
}

/** The same object while the last noted use is recent enough. */
export function used(key: ApiKey, now: number): ApiKey {
  const isNoted = key.lastUsedAt !== undefined && now - key.lastUsedAt < USE_NOTED_EVERY_MS;
  return isNoted ? key : { ...key, lastUsedAt: now };
}

export function oldSecretUntil(key: ApiKey, now: number): number | undefined {
  const until = key.secrets[1]?.until;
  return until !== undefined && until > now ? until : undefined;
}
