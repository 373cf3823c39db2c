// Texts of a play are bounded before they are kept. Lengths are bytes of UTF-8; a cut text ends with a mark that says how long it was.

/** What a span shows of an argument or a result. */
const PREVIEW_BYTES = 4096;

/** The SDK cuts too, and its mark comes on top. */
const MARK_BYTES = 64;

/** The text, or its first `bytes` bytes and a mark. */
export function cutText(text: string, bytes: number): string {
  // A UTF-16 unit is at most 3 bytes of UTF-8.
  if (text.length * 3 <= bytes) return text;
  const size = Buffer.byteLength(text);
  if (size <= bytes) return text;
  return `${head(text, bytes)}…[cut, ${size} bytes]`;
}

export function cutPreview(text: string): string {
  return text.length * 3 <= PREVIEW_BYTES || Buffer.byteLength(text) <= PREVIEW_BYTES + MARK_BYTES
    ? text
    : cutText(text, PREVIEW_BYTES);
}

/** The longest prefix within `bytes` that cuts no character. */
function head(text: string, bytes: number): string {
  const buffer = Buffer.from(text.slice(0, bytes));
  let end = Math.min(bytes, buffer.length);
  while (end > 0 && ((buffer[end] ?? 0) & 0xc0) === 0x80) end--;
  return buffer.toString('utf8', 0, end);
}

/** The last part of a text, on whole lines where there are some. */
export function tailOf(text: string, length: number): string {
  const trimmed = text.trimEnd();
  if (trimmed.length <= length) return trimmed;
  const tail = trimmed.slice(-length);
  const line = tail.indexOf('\n');
  return `…${(line >= 0 ? tail.slice(line + 1) : tail).toWellFormed()}`;
}
