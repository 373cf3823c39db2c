// Times of the command line. A moment: +90s, +10m, +2h, +3d from now, or a time with its zone such as 2026-12-24T18:00:00Z.

import { type Duration, durationFromMs } from '@bufbuild/protobuf/wkt';
import { UsageError } from '../core/usage-error.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;

/** Milliseconds since the epoch. */
export function readTime(text: string, what: string, now: number): number {
  const [, number, unit] = /^\+(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (number !== undefined && unit !== undefined) return now + Number(number) * (UNITS[unit] ?? 0);
  const at = WITH_ZONE.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new UsageError(`${what}: "${text}" is no time; write +10m (s, m, h, d) or 2026-12-24T18:00:00Z, with its zone`);
}

/** A length of time: 30s, 10m, 2h, 3d. */
export function readSpan(text: string, what: string): Duration {
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (number !== undefined && unit !== undefined) return durationFromMs(Number(number) * (UNITS[unit] ?? 0));
  throw new UsageError(`${what}: "${text}" is no length of time; write 30s, 10m, 2h or 3d`);
}
