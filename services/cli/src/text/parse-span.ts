// A length of time as people write it: 30s, 15m, 12h, 90d.

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds; undefined when the text is no length of time. */
export function parseSpan(text: string): number | undefined {
  const found = /^(\d{1,7})([smhd])$/.exec(text);
  return found === null ? undefined : Number(found[1]) * UNIT_MS[found[2] as keyof typeof UNIT_MS];
}
