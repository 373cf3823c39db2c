// Times as people write them into a filter: a day, a moment, or how long ago.

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/i;

/** "30m" in milliseconds; undefined = it is no such text. */
export function readSpan(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit as string] as number);
}

/** Milliseconds since the epoch; without a zone it is UTC, a day is its first moment. Undefined = it is no time. */
export function readMoment(text: string, now: number): number | undefined {
  const span = readSpan(text);
  if (span !== undefined) return now - span;
  const [, day, time = '00:00', zone = 'Z'] = MOMENT.exec(text) ?? [];
  if (day === undefined) return undefined;
  const at = Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  // Date.parse takes the 31st of February for a day in March.
  const isDay = !Number.isNaN(at) && new Date(`${day}T00:00Z`).toISOString().startsWith(day);
  return isDay ? at : undefined;
}
