// Ids of traces and spans. A play is a trace: its sid and the id of its trace are the same 128 bits, so that whoever knows one can find
// the other, and services that never met give a play the same trace.

import { createHash } from 'node:crypto';

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const SID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** 32 hex digits. Of something that is no sid, a hash. */
export function traceIdOf(playSid: string): string {
  if (!SID.test(playSid)) return hash(playSid, 32);
  let bits = 0n;
  for (const char of playSid) bits = bits * 32n + BigInt(CROCKFORD.indexOf(char));
  return bits.toString(16).padStart(32, '0');
}

/** Span ids of plays are 16 hex digits already; whatever came from outside is hashed. */
export function otelSpanId(spanId: string): string {
  return /^(?!0{16})[0-9a-f]{16}$/.test(spanId) ? spanId : hash(spanId, 16);
}

/** The span that stands for the whole play. */
export function playSpanId(playSid: string): string {
  return hash(`play|${playSid}`, 16);
}

/** The span that stands for one run of a play. */
export function runSpanId(playSid: string, attempt: number): string {
  return hash(`run|${playSid}|${attempt}`, 16);
}

function hash(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
