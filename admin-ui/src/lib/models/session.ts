import { isRecord } from './json.ts';

/** Who uses this page. A server that asks nobody for a key has everybody in, by no name. */
export type Session =
  | { readonly state: 'unknown' }
  | { readonly state: 'in'; readonly name: string; readonly role: string; readonly canLeave: boolean }
  | { readonly state: 'out'; readonly ways: readonly string[] };

export function sessionFrom(reply: unknown): Session {
  if (!isRecord(reply)) return { state: 'unknown' };
  const ways = Array.isArray(reply.ways) ? reply.ways.map(String) : [];
  if (isRecord(reply.error))
    return reply.error.reason === 'UNAUTHENTICATED' ? { state: 'out', ways } : { state: 'unknown' };
  return { state: 'in', name: String(reply.name ?? ''), role: String(reply.role ?? ''), canLeave: ways.length > 0 };
}
