// Whether a text is JSON (RFC 8259), in one pass without building values: a hostile body of 32 MiB costs no memory, and no nesting is too
// deep. What comes after may then slice the text without checking it again.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPE = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y;

class NotJson extends Error {
  readonly at: number;
  constructor(at: number) {
    super('not JSON');
    this.at = at;
  }
}

/** Index of the first character that breaks the syntax (the length of the text when it ends too early); undefined = the text is JSON. */
export function jsonProblemAt(text: string): number | undefined {
  try {
    const end = skipSpace(text, scanValue(text, skipSpace(text, 0)));
    return end === text.length ? undefined : end;
  } catch (error) {
    if (error instanceof NotJson) return error.at;
    throw error;
  }
}

/** End of the value that starts at `start`. The open brackets are kept in a stack of bytes instead of calls. */
function scanValue(text: string, start: number): number {
  let open = new Uint8Array(64);
  let depth = 0;
  let at = start;
  for (;;) {
    const c = text.charCodeAt(at);
    if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      const inside = skipSpace(text, at + 1);
      if (text.charCodeAt(inside) !== c + 2) {
        if (depth === open.length) open = grown(open);
        open[depth++] = c + 2;
        at = c === OPEN_OBJECT ? scanKey(text, inside) : inside;
        continue;
      }
      at = inside + 1;
    } else {
      at = scanScalar(text, at, c);
    }
    for (;;) {
      if (depth === 0) return at;
      at = skipSpace(text, at);
      const next = text.charCodeAt(at);
      const close = open[depth - 1];
      if (next === COMMA) {
        at = skipSpace(text, at + 1);
        if (close === CLOSE_OBJECT) at = scanKey(text, at);
        break;
      }
      if (next !== close) throw new NotJson(at);
      depth--;
      at++;
    }
  }
}

function grown(stack: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(stack.length * 2);
  larger.set(stack);
  return larger;
}

/** A key with its colon; gives the start of the value. */
function scanKey(text: string, at: number): number {
  if (text.charCodeAt(at) !== QUOTE) throw new NotJson(at);
  const colon = skipSpace(text, scanString(text, at));
  if (text[colon] !== ':') throw new NotJson(colon);
  return skipSpace(text, colon + 1);
}

function scanScalar(text: string, at: number, first: number): number {
  if (first === QUOTE) return scanString(text, at);
  for (const word of ['true', 'false', 'null']) if (text.startsWith(word, at)) return at + word.length;
  NUMBER.lastIndex = at;
  if (!NUMBER.test(text)) throw new NotJson(at);
  return NUMBER.lastIndex;
}

function scanString(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const c = text.charCodeAt(at);
    if (c === QUOTE) return at + 1;
    if (c === BACKSLASH) {
      ESCAPE.lastIndex = at + 1;
      if (!ESCAPE.test(text)) throw new NotJson(at);
      at = ESCAPE.lastIndex;
    } else if (c >= 0x20) {
      at++;
    } else {
      // A control character, or NaN at the end of the text.
      throw new NotJson(at);
    }
  }
}

function skipSpace(text: string, at: number): number {
  let i = at;
  for (;;) {
    const c = text.charCodeAt(i);
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return i;
    i++;
  }
}
