/**
 * Takes out of what leaves the house what its name says is secret, before it is written.
 *
 * - JSON documents: the value of every member whose name holds one of the words (password, token, api_key, ...), at any depth. Numbers
 *   keep their digits, and a document without such a member stays as it is, to the byte.
 * - A document that is no object goes by the name of what holds it: a question and its answer, a step and its output.
 * - Other texts (logs, errors, sources, what is no JSON): what follows such a word and `=` or `:`, bearer tokens, and keys of hero-logic.
 */

export interface Rules {
  /** Words of names, in lower case; `_`, `-` and capitals do not matter. */
  readonly names: readonly string[];
}

export const REDACTED = '[redacted]';
const USUAL = [
  ...['password', 'passwd', 'passphrase', 'secret', 'token', 'apikey', 'accesskey', 'privatekey', 'authorization'],
  ...['credential', 'cookie', 'sessionid'],
];

export function rulesOf(more: readonly string[]): Rules {
  return { names: [...USUAL, ...more.map(plain).filter((name) => name !== '')] };
}

/** A JSON document as text. What is no JSON is treated as any text. */
export function redactDocument(text: string, rules: Rules): string {
  if (text === '') return text;
  try {
    let changed = false;
    const value: unknown = JSON.parse(text, (key, inner: unknown, context?: { source?: string }) => {
      if (isSecret(key, rules)) {
        changed = true;
        return REDACTED;
      }
      if (typeof inner === 'string') {
        const cleaned = redactText(inner, rules);
        changed ||= cleaned !== inner;
        return cleaned;
      }
      return typeof inner === 'number' ? asWritten(context?.source, inner) : inner;
    });
    return changed ? JSON.stringify(value) : text;
  } catch {
    return redactText(text, rules);
  }
}

/** A document that a question or step of this name gave. */
export function redactNamed(name: string, text: string, rules: Rules): string {
  const isOwnName = text !== '' && isSecret(name, rules) && !/^\s*(?:\{|null\s*$)/.test(text);
  return isOwnName ? JSON.stringify(REDACTED) : redactDocument(text, rules);
}

export function redactText(text: string, rules: Rules): string {
  return clean(text, rules, () => false);
}

/** Python that still runs: its types, calls and names hold no secret, its texts do. */
export function redactSource(text: string, rules: Rules): string {
  return clean(text, rules, isCode);
}

type Keeps = (name: string, sign: string, value: string) => boolean;

function clean(text: string, rules: Rules, keeps: Keeps): string {
  const known = text.replace(BEARER, `$1 ${REDACTED}`).replace(OWN_KEY, REDACTED);
  const whole = { rules, keeps };
  return withoutValues(ASSIGNED, withoutValues(ANNOTATED, known, whole), whole);
}

/** A type (`token: str`), a call or look-up (`token=read(`), a name behind a quoted one (`"token": t`), or the name itself (`token=self.token`). */
function isCode(name: string, sign: string, value: string): boolean {
  const isQuoted = /^["']/.test(sign) && /^[A-Za-z_][\w.]*$/.test(value);
  return isQuoted || TYPE.test(value) || /^[A-Za-z_][\w.]*[([]/.test(value) || value.split('.').at(-1) === name;
}

const TYPE = /^(?:str|int|float|bool|bytes|dict|list|tuple|set|object|Any|None|True|False)\b/;

/** What follows each secret name. What follows another one may hold further names, and is looked through as well. */
function withoutValues(
  named: RegExp,
  text: string,
  { rules, keeps }: { readonly rules: Rules; readonly keeps: Keeps },
): string {
  let clean = '';
  let from = 0;
  for (const { 0: whole, 1: name = '', index } of text.matchAll(named)) {
    if (index < from || !isSecret(name, rules)) continue;
    VALUE.lastIndex = index + whole.length;
    const value = VALUE.exec(text)?.[0];
    if (value === undefined || value === REDACTED || keeps(name, whole.slice(name.length), value)) continue;
    // In its quotes, so that what was read as a text still is.
    const quote = /^(?:\\?"|')/.exec(value)?.[0] ?? (/^[[{]/.test(value) ? '"' : '');
    clean += `${text.slice(from, index + whole.length)}${quote}${REDACTED}${quote}`;
    from = index + whole.length + value.length;
  }
  return clean + text.slice(from);
}

const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;
const OWN_KEY = /\bhl_[\w-]{8,}/g;
/** The name and sign of a default of Python with its type: `api_key: str = `. */
const ANNOTATED = /([A-Za-z]\w{0,60})\s{0,3}:\s{0,3}[\w.[\], |]{1,80}?\s{0,3}=\s{0,3}/g;
/** A name and a sign. */
const ASSIGNED = /([A-Za-z][\w-]{0,60})\\?["']?\s{0,3}[:=]\s{0,3}/g;
/** Up to the end of its quotes or brackets, else up to a space or sign. Quotes may be escaped, as in JSON inside of a text. */
const VALUE = /\\"[^"\\\n]*\\"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\[[^\]\n]*\]|\{[^}\n]*\}|[^\s"',;)}\]]+/y;

export function isSecret(name: string, { names }: Rules): boolean {
  const word = plain(name);
  return names.some((secret) => word.includes(secret));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** Of a number its digits: 1.0 and integers beyond 2^53 come out as they went in. */
function asWritten(source: string | undefined, value: number): unknown {
  const { rawJSON } = JSON as unknown as { rawJSON?: (text: string) => unknown };
  return source === undefined || rawJSON === undefined ? value : rawJSON(source);
}
