// Texts that a store keeps and nobody can read there: AES-256-GCM envelopes. Each text has a data key of its own; the data key stands beside
// it, wrapped with one of the keys of the configuration. So a change of that key wraps data keys anew and touches no text.
//
// An envelope opens only under the context under which it was sealed (what it is and whose), so that one put in another's place stays shut.

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { HeroError } from '../errors/hero-error.ts';

export interface Vault {
  /** SECRETS_KEY_MISSING: no key is configured. */
  seal(text: string, context: string): string;
  /** SECRETS_KEY_MISSING: the key that wrapped it is not configured. INTERNAL: it was changed, or belongs elsewhere. */
  open(sealed: string, context: string): string;
  /** The same text under the newest key; undefined: it is under it, or its key is not configured. */
  rewrapped(sealed: string): string | undefined;
}

/** A key of 32 bytes and the name by which envelopes tell it, which is made of the key itself. */
export interface VaultKey {
  readonly id: string;
  readonly bytes: Buffer;
}

const VERSION = 'hv1';
const KEY_BYTES = 32;
const IV = 12;
const TAG = 16;

/** Keys in base64, newest first, apart by commas or white space. undefined: one of them is not 32 bytes in base64. */
export function vaultKeysFrom(text: string): VaultKey[] | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const keys = words.map((word) => (/^[A-Za-z0-9+/_-]{43}=?$/.test(word) ? Buffer.from(word, 'base64') : undefined));
  if (!keys.every((key) => key?.length === KEY_BYTES)) return undefined;
  return (keys as Buffer[]).map((bytes) => ({ id: idOf(bytes), bytes }));
}

/** The first key seals; the others open what they sealed. */
export function createVault(keys: readonly VaultKey[]): Vault {
  const [newest] = keys;
  const byId = new Map(keys.map((key) => [key.id, key]));
  return {
    seal(text, context) {
      if (newest === undefined) throw noKey('there is no key to keep it with');
      const dataKey = randomBytes(KEY_BYTES);
      return written(
        newest.id,
        encrypt(newest.bytes, dataKey, newest.id),
        encrypt(dataKey, Buffer.from(text), context),
      );
    },
    open(sealed, context) {
      const { keyId, wrapped, body } = read(sealed);
      const key = byId.get(keyId);
      if (key === undefined) throw noKey(`it was sealed with the key ${keyId}, which is not there`);
      try {
        return decrypt(decrypt(key.bytes, wrapped, keyId), body, context).toString();
      } catch (error) {
        throw new HeroError('INTERNAL', 'a sealed text was changed where it is kept', { cause: error });
      }
    },
    rewrapped(sealed) {
      const { keyId, wrapped, body } = read(sealed);
      const key = byId.get(keyId);
      if (newest === undefined || key === undefined || keyId === newest.id) return undefined;
      return written(newest.id, encrypt(newest.bytes, decrypt(key.bytes, wrapped, keyId), newest.id), body);
    },
  };
}

/** Name of the key that an envelope needs. */
export function vaultKeyOf(sealed: string): string {
  return read(sealed).keyId;
}

function idOf(key: Buffer): string {
  return createHash('sha256').update('hero-logic vault key').update(key).digest('hex').slice(0, 12);
}

function written(keyId: string, wrapped: Buffer, body: Buffer): string {
  return [VERSION, keyId, wrapped.toString('base64url'), body.toString('base64url')].join('.');
}

function read(sealed: string): { readonly keyId: string; readonly wrapped: Buffer; readonly body: Buffer } {
  const [version, keyId = '', wrapped = '', body] = sealed.split('.');
  if (version !== VERSION || body === undefined) throw new HeroError('INTERNAL', 'what is kept is no sealed text');
  return { keyId, wrapped: Buffer.from(wrapped, 'base64url'), body: Buffer.from(body, 'base64url') };
}

function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(`${VERSION}|${context}`));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  if (sealed.length < IV + TAG) throw new Error('too short');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV));
  decipher.setAAD(Buffer.from(`${VERSION}|${context}`)).setAuthTag(sealed.subarray(-TAG));
  return Buffer.concat([decipher.update(sealed.subarray(IV, -TAG)), decipher.final()]);
}

function noKey(why: string): HeroError {
  return new HeroError(
    'SECRETS_KEY_MISSING',
    `${why}; set HERO_LOGIC_SECRETS_KEY (make one with "openssl rand -base64 32") or HERO_LOGIC_SECRETS_KEY_FILE`,
  );
}
