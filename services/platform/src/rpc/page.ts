// Paging: a page token is the key of the last item of the page before, as base64url of JSON.

import { invalid } from '../errors/hero-error.ts';

export function pageSize(asked: number, fallback: number, most: number): number {
  return asked === 0 ? fallback : Math.min(asked, most);
}

export function encodePageToken(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key of a token; undefined for the first page. A token that is not ours is INVALID_ARGUMENT. */
export function decodePageToken(token: string): (string | number)[] | undefined {
  if (token === '') return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(key) && key.every((k) => typeof k === 'string' || typeof k === 'number')) return key;
  } catch {
    // Said below, together with what parses but is not a key.
  }
  throw invalid([
    { field: 'page_token', description: 'is not a token of an earlier page; leave it out for the first page' },
  ]);
}
