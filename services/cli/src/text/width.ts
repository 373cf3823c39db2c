// Text of unknown origin on a terminal: made harmless, measured and cut by the cells it takes.

const segmenter = new Intl.Segmenter();
const PLAIN = /^[\x20-\x7e]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\ufe0f/u;
const NOTHING = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** One line: line ends, escapes and direction overrides become visible or blank, so that a flow cannot draw on the terminal. */
export function clean(text: string): string {
  return text.replace(UNSAFE, (c) => (c === '\n' || c === '\t' || c === '\r' ? ' ' : '\ufffd'));
}

/** The same, keeping line ends. */
export function cleanLines(text: string): string[] {
  return text.replaceAll('\r\n', '\n').split('\n').map(clean);
}

/** Cells of a text without control characters. */
export function width(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let cells = 0;
  for (const { segment } of segmenter.segment(text)) cells += cellsOf(segment);
  return cells;
}

/** At most `cells` wide; what was cut is marked by an ellipsis. */
export function fit(text: string, cells: number): string {
  if (cells <= 0) return '';
  if (width(text) <= cells) return text;
  let used = 0;
  let kept = '';
  for (const { segment } of segmenter.segment(text)) {
    const more = cellsOf(segment);
    if (used + more > cells - 1) break;
    kept += segment;
    used += more;
  }
  return `${kept}…`;
}

export function padTo(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - width(text)));
}

function cellsOf(segment: string): number {
  if (NOTHING.test(segment)) return 0;
  return WIDE.test(segment) ? 2 : 1;
}
