// JSON documents are kept as the text that came in. These functions look into such a text without re-encoding it: a value taken
// out is the very slice of the text, so integers beyond 2^53, "1.0" and key order survive.

const SPACE = /[\t\n\r ]/;

/** Members of a valid JSON object's text in their order, keys decoded, values as raw slices. Of equal keys all are given, in order; at most `most`. */
export function jsonMembers(text: string, most = Number.POSITIVE_INFINITY): [key: string, raw: string][] {
  const members: [string, string][] = [];
  let at = skipSpace(text, 0);
  if (text[at] !== '{') throw new TypeError('not the text of a JSON object');
  at = skipSpace(text, at + 1);
  while (text[at] !== '}' && members.length < most) {
    const keyEnd = endOfString(text, at);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, start);
    members.push([key, text.slice(start, end)]);
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return members;
}

/** Elements of a valid JSON array's text as raw slices; at most `most`. */
export function jsonElements(text: string, most = Number.POSITIVE_INFINITY): string[] {
  const elements: string[] = [];
  let at = skipSpace(text, 0);
  if (text[at] !== '[') throw new TypeError('not the text of a JSON array');
  at = skipSpace(text, at + 1);
  while (text[at] !== ']' && elements.length < most) {
    const end = endOfValue(text, at);
    elements.push(text.slice(at, end));
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return elements;
}

/** The text of an object with these members. */
export function jsonObject(members: Iterable<readonly [key: string, raw: string]>): string {
  const parts: string[] = [];
  for (const [key, raw] of members) parts.push(`${JSON.stringify(key)}:${raw}`);
  return `{${parts.join(',')}}`;
}

export type JsonType = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** Type of a valid JSON text, by its first character. */
export function jsonType(text: string): JsonType {
  switch (text[skipSpace(text, 0)]) {
    case '{':
      return 'object';
    case '[':
      return 'array';
    case '"':
      return 'string';
    case 't':
    case 'f':
      return 'boolean';
    case 'n':
      return 'null';
    default:
      return 'number';
  }
}

/** Whether two valid JSON texts are the same value: key order and spelling of numbers ("1", "1.0", "1e0") do not count, digits do. */
export function jsonEqual(a: string, b: string): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}

/** One text for all spellings of a value: keys sorted, no space, numbers as sign, digits and exponent. Exact for any number. */
export function canonicalJson(text: string): string {
  const value: unknown = JSON.parse(text, (_key, v: unknown, context?: { source?: string }) =>
    typeof v === 'number' ? new NumberText(canonicalNumber(context?.source ?? String(v))) : v,
  );
  return write(value);
}

class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function write(value: unknown): string {
  if (value instanceof NumberText) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((k) => `${JSON.stringify(k)}:${write((value as Record<string, unknown>)[k])}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

function canonicalNumber(source: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = withoutTrailingZeros(digits);
  if (trimmed === '') return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - trimmed.length);
  return `${sign}${trimmed}e${power}`;
}

/** Not by a pattern: /0+$/ takes quadratic time on a hostile run of zeros. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}

/** How deep arrays and objects nest; 0 for a plain value. Works on any text, valid or not, in one pass. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) i = endOfString(text, i) - 1;
    else if (c === 0x7b || c === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x7d || c === 0x5d) depth--;
  }
  return deepest;
}

function skipSpace(text: string, at: number): number {
  let i = at;
  while (i < text.length && SPACE.test(text[i] as string)) i++;
  return i;
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  for (;;) {
    const quote = text.indexOf('"', i);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    i = quote + 1;
  }
}

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first !== '{' && first !== '[') {
    let i = start;
    while (i < text.length && !/[,\]}\t\n\r ]/.test(text[i] as string)) i++;
    return i;
  }
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) i = endOfString(text, i) - 1;
    else if (c === 0x7b || c === 0x5b) depth++;
    else if ((c === 0x7d || c === 0x5d) && --depth === 0) return i + 1;
  }
  return text.length;
}
