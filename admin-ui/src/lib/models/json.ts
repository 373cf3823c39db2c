// JSON documents are text from end to end: what a person typed is sent, not a number that JavaScript has rounded.

export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

export function parseJson(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : 'not JSON' };
  }
}

/** The members of a JSON object with their raw text; undefined when the text is not an object. */
export function members(text: string): Map<string, string> | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok || !isRecord(parsed.value)) return undefined;
  const found = new Map<string, string>();
  let at = text.indexOf('{') + 1;
  for (;;) {
    const keyStart = text.indexOf('"', at);
    if (keyStart < 0) return found;
    const keyEnd = endOfString(text, keyStart);
    const valueStart = text.indexOf(':', keyEnd) + 1;
    const valueEnd = endOfValue(text, valueStart);
    found.set(JSON.parse(text.slice(keyStart, keyEnd)), text.slice(valueStart, valueEnd).trim());
    at = valueEnd + 1;
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const c = text[at];
    if (c === '"') at = endOfString(text, at) - 1;
    else if (c === '{' || c === '[') depth++;
    else if (c === ']') depth--;
    else if (c === '}' && depth-- === 0) return at;
    else if (c === ',' && depth === 0) return at;
  }
  return text.length;
}

/** An object from raw member texts, one member a line. */
export function objectText(entries: Iterable<readonly [string, string]>): string {
  const lines = [...entries].map(([name, text]) => `  ${JSON.stringify(name)}: ${text.replaceAll('\n', '\n  ')}`);
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n}`;
}

/** Indented where the text is JSON; cut or damaged text comes back as it is. Numbers keep their digits. */
export function pretty(text: string): string {
  if (!parseJson(text).ok) return text;
  let out = '';
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text[at] as string;
    if (c === '"') {
      const end = endOfString(text, at);
      out += text.slice(at, end);
      at = end - 1;
    } else if (c === '{' || c === '[') {
      const rest = /^[\s]*[}\]]/.exec(text.slice(at + 1));
      if (rest !== null) {
        out += c + (c === '{' ? '}' : ']');
        at += rest[0].length;
      } else out += `${c}\n${'  '.repeat(++depth)}`;
    } else if (c === '}' || c === ']') out += `\n${'  '.repeat(--depth)}${c}`;
    else if (c === ',') out += `,\n${'  '.repeat(depth)}`;
    else if (c === ':') out += ': ';
    else if (!/\s/.test(c)) out += c;
  }
  return out;
}

/** A value in one short line, for the result column. */
export function preview(text: string): string {
  if (text === '' || text === 'null') return '';
  const parsed = parseJson(text);
  if (!parsed.ok) return oneLine(text);
  const value = parsed.value;
  if (typeof value === 'string') return oneLine(value);
  if (Array.isArray(value)) return value.length === 1 ? '1 item' : `${value.length} items`;
  if (!isRecord(value)) return text.trim();
  return oneLine(
    Object.entries(value)
      .slice(0, 6)
      .map(([k, v]) => `${k}: ${short(v)}`)
      .join(', '),
  );
}

function short(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.length}]`;
  return isRecord(value) ? '{…}' : String(value);
}

function oneLine(text: string): string {
  return text.slice(0, 200).replace(/\s+/g, ' ').trim();
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
