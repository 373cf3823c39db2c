// JSON Pointer (RFC 6901) into a JSON text, which keeps its digits.

import { jsonElements, jsonMembers, jsonType } from '@hero-logic/platform';

const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;

export function isPointer(text: string): boolean {
  return POINTER.test(text);
}

/** The text of the value at a JSON Pointer (RFC 6901); undefined = there is none. */
export function atPointer(text: string, pointer: string): string | undefined {
  let at: string | undefined = text.trim();
  for (const part of pointer.split('/').slice(1)) {
    if (at === undefined) return undefined;
    at = child(at, part.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  return at;
}

function child(text: string, key: string): string | undefined {
  const type = jsonType(text);
  if (type === 'object') return new Map(jsonMembers(text)).get(key);
  if (type !== 'array' || !/^(?:0|[1-9]\d{0,8})$/.test(key)) return undefined;
  return jsonElements(text, Number(key) + 1)[Number(key)];
}
