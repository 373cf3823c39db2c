// What a browser holds while somebody is signed in: who it is and until when, sealed (AES-256-GCM), so that the browser can neither read nor
// change it and no process keeps anything. Several processes that share the secret take each other's.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Caller } from './caller.ts';

export type Session =
  /** Signed in with an API key: it lasts as long as the key is good. */
  | { readonly kind: 'key'; readonly key: string }
  /** Signed in at an identity provider. */
  | { readonly kind: 'person'; readonly caller: Caller };

export interface Seals {
  /** Any value that JSON can hold, unreadable and good for `forMs`. */
  seal(value: unknown, forMs: number): string;
  /** undefined: not ours, changed, or over. */
  open(text: string): unknown;
}

const PREFIX = 'hs_';
const IV = 12;
const TAG = 16;

/** An empty secret: one of this process alone, so that whoever is signed in signs in again after a restart. */
export function createSeals(secret: string, clock: Clock): Seals {
  const key = new Uint8Array(
    hkdfSync('sha256', secret === '' ? randomBytes(32) : secret, '', 'hero-logic session', 32),
  );
  return {
    seal(value, forMs) {
      const iv = randomBytes(IV);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const text = cipher.update(JSON.stringify({ value, until: clock.now() + forMs }), 'utf8');
      const sealed = Buffer.concat([iv, text, cipher.final(), cipher.getAuthTag()]);
      return PREFIX + sealed.toString('base64url');
    },
    open(text) {
      if (!text.startsWith(PREFIX)) return undefined;
      const sealed = Buffer.from(text.slice(PREFIX.length), 'base64url');
      if (sealed.length < IV + TAG) return undefined;
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV));
        decipher.setAuthTag(sealed.subarray(-TAG));
        const plain = Buffer.concat([decipher.update(sealed.subarray(IV, -TAG)), decipher.final()]);
        const { value, until } = JSON.parse(plain.toString()) as { value: unknown; until: number };
        return until > clock.now() ? value : undefined;
      } catch {
        // Not sealed with this secret.
        return undefined;
      }
    },
  };
}
