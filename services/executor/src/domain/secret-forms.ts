// How a secret may stand in a text that a play sends: as it is, as JSON, percent-encoded, in hex, and within base64 at each offset.

/** Shorter ones would hide what is no secret. */
const LEAST = 8;

/** Longest first. */
export function secretForms(value: string): string[] {
  const raw = Buffer.from(value);
  const hex = raw.toString('hex');
  const found = new Set([
    value,
    inJson(value),
    inJson(inJson(value)),
    encodeURIComponent(value),
    hex,
    hex.toUpperCase(),
  ]);
  for (let offset = 0; offset < 3; offset++) {
    const text = Buffer.concat([Buffer.alloc(offset), raw]).toString('base64');
    // Only the characters that no neighbour has a part in.
    const core = text.slice([0, 2, 3][offset], Math.floor((offset + raw.length) / 3) * 4);
    found.add(core).add(core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [...found].filter((form) => form.length >= LEAST).sort((a, b) => b.length - a.length);
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
