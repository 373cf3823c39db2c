// How a secret may stand in a text that a play sends: as it is or line by line, as JSON, as Python writes it, percent-encoded, in hex, and within
// base64 at each offset. The SDK hides the same (`_masks.py`); here it is for what a play sends past it.

/** Shorter ones would hide what is no secret. */
const LEAST = 8;
/** A line of a value stands for the whole from this length on: shorter ones hold what other texts hold as well. */
const LEAST_LINE = 16;
/** What parts the lines of a value, also where it is JSON that holds them. */
const LINE_ENDS = /(?:[\r\n]|\\[rn])+/;
/** The rims of a PEM file are nobody's secret. */
const RIM = /^-{5}[A-Z0-9 ]+-{5}$/;

/** Longest first. */
export function secretForms(value: string): string[] {
  const raw = Buffer.from(value);
  const hex = raw.toString('hex');
  const lines = value
    .split(LINE_ENDS)
    .map((line) => line.trim())
    .filter((line) => line.length >= LEAST_LINE && !RIM.test(line));
  const written = new Set([value, ...lines].flatMap(asWritten));
  for (const form of quoted(bytesInPython(raw))) written.add(form);
  // Names of hosts and of headers are written small.
  const found = new Set([...written, value.toLowerCase(), ...percentEncoded(value), hex, hex.toUpperCase()]);
  // In a line of the wire a text is JSON, and a document in it once more.
  for (const form of written) found.add(inJson(form)).add(inJson(inJson(form)));
  for (let offset = 0; offset < 3; offset++) {
    const text = Buffer.concat([Buffer.alloc(offset), raw]).toString('base64');
    // Only the characters that no neighbour has a part in.
    const core = text.slice([0, 2, 3][offset], Math.floor((offset + raw.length) / 3) * 4);
    found.add(core).add(core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [...found].filter((form) => form.length >= LEAST).sort((a, b) => b.length - a.length);
}

/** As it is, in JSON with and without other characters than ASCII, and as `repr` and `ascii` of Python write it. */
function asWritten(text: string): string[] {
  const json = inJson(text);
  const python = text.replace(/\\|[\p{C}\p{Z}]/gu, (c) => (c === ' ' ? c : (SHORT[c] ?? escaped(c))));
  return [text, json, inAscii(json, utf16), ...quoted(python), ...quoted(inAscii(python, escaped))];
}

/** Which quotes Python escapes depends on what stands beside them. */
function quoted(form: string): string[] {
  return [form, form.replaceAll("'", "\\'")];
}

const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function inAscii(text: string, write: (c: string) => string): string {
  return text.replace(/\P{ASCII}/gu, write);
}

/** Of Python: by the number of the character. */
function escaped(c: string): string {
  const code = c.codePointAt(0) ?? 0;
  const [letter, digits] = code < 0x100 ? ['x', 2] : code < 0x10000 ? ['u', 4] : ['U', 8];
  return `\\${letter}${code.toString(16).padStart(digits as number, '0')}`;
}

/** Of JSON: by its UTF-16 units. */
function utf16(c: string): string {
  return [...Array(c.length).keys()].map((i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
}

function bytesInPython(raw: Buffer): string {
  return raw
    .toString('latin1')
    .replace(/[\\\n\r\t]/g, (c) => SHORT[c] ?? c)
    .replace(/[^\x20-\x7e]/g, escaped);
}

/** As encodeURIComponent and Python's `quote` and `quote_plus` do it, which leave different characters, in either case. */
function percentEncoded(value: string): string[] {
  const web = encodeURIComponent(value.toWellFormed());
  const python = web.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const all = [web, python, python.replaceAll('%2F', '/'), python.replaceAll('%20', '+')];
  return [...all, ...all.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
