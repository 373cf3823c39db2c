// The text of an API key: "hl_" + sid + "_" + 32 random bytes as base64url. The secret has 256 bits, so a plain SHA-256 of it is what is kept.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TEXT = /^hl_([0-9a-z]{26})_([A-Za-z0-9_-]{43})$/;

export interface KeyText {
  readonly sid: string;
  readonly secretSha256: string;
}

export function newKeyText(sid: string): { readonly text: string; readonly secretSha256: string } {
  const secret = randomBytes(32).toString('base64url');
  return { text: `hl_${sid}_${secret}`, secretSha256: sha256(secret) };
}

/** undefined: it is not the text of a key. */
export function parseKeyText(text: string): KeyText | undefined {
  const found = TEXT.exec(text);
  return found === null ? undefined : { sid: found[1] as string, secretSha256: sha256(found[2] as string) };
}

/** Whether two secrets are the same, in a time that does not tell how much of them is. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
