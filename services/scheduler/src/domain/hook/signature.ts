// Standard Webhooks: the sender signs `id.timestamp.body` with HMAC-SHA256 and sends `v1,BASE64`, several parted by spaces. Compared in
// constant time. A timestamp far from now is refused, so that a recorded request is worth nothing later.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { HeroError } from '@hero-logic/platform';

export interface HookSecret {
  /** "whsec_" and base64; where it is kept, perhaps sealed. */
  readonly text: string;
  /** Until when it is good; absent = until it is replaced. */
  readonly until?: number | undefined;
}

export interface SignedRequest {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: Uint8Array;
}

const TOLERANCE_MS = 5 * 60_000;
const PREFIX = 'whsec_';
const SECRET_BYTES = 32;
const ID = /^[\x21-\x7e]{1,100}$/;

export function newHookSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

export function signHook(secret: string, { id, timestamp, body }: Omit<SignedRequest, 'signature'>): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

/** The secrets after a rotation: the new one, and the one before for as long as the grace lasts. There are never more than two. */
export function rotate(secrets: readonly HookSecret[], fresh: string, now: number, graceMs: number): HookSecret[] {
  const before = secrets.find(({ until }) => until === undefined);
  const kept = before === undefined || graceMs === 0 ? [] : [{ text: before.text, until: now + graceMs }];
  return [{ text: fresh }, ...kept];
}

export function liveSecrets(secrets: readonly HookSecret[], now: number): HookSecret[] {
  return secrets.filter(({ until }) => until === undefined || until > now);
}

export function isPlainSecret(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** HOOK_UNSIGNED, saying which part is wrong. */
export function checkSignature(request: SignedRequest, secrets: readonly HookSecret[], now: number): void {
  const { id, timestamp, signature } = request;
  if (!ID.test(id)) throw unsigned('webhook-id', 'must be 1 to 100 visible ASCII characters');
  if (!/^\d{1,12}$/.test(timestamp)) throw unsigned('webhook-timestamp', 'must be seconds since the epoch');
  if (Math.abs(Number(timestamp) * 1000 - now) > TOLERANCE_MS) {
    throw unsigned('webhook-timestamp', 'is more than 5 minutes from now; sign each attempt anew, and check the clock');
  }
  const given = signature.split(' ').filter((part) => part.startsWith('v1,'));
  if (given.length === 0) throw unsigned('webhook-signature', 'must have a part such as v1,BASE64');
  const isGood = liveSecrets(secrets, now).some(({ text }) =>
    given.some((part) => isEqual(part, signHook(text, request))),
  );
  if (!isGood) throw unsigned('webhook-signature', 'does not fit id, timestamp, body and a live secret');
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function unsigned(header: string, description: string): HeroError {
  return new HeroError('HOOK_UNSIGNED', `${header} ${description}`, { violations: [{ field: header, description }] });
}
