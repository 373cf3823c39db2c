// Exact integers from the text of a JSON number: 9007199254740993, 1.0 and 1e3 are integers, 1.5 is none. Nothing passes through a double.

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Longer spellings are refused: 64 bits need 20 digits. */
const LONGEST_TEXT = 100;
const MOST_DIGITS = 20;

/** The integer; undefined when the number is none, or is far out of any range. */
export function integerOf(raw: string): bigint | undefined {
  const match = raw.length > LONGEST_TEXT ? null : NUMBER.exec(raw);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return 0n;
  const power = Number(exponent) - fraction.length + (digits.length - trimmed.length);
  if (power < 0 || trimmed.length + power > MOST_DIGITS) return undefined;
  return BigInt(`${sign}${trimmed}${'0'.repeat(power)}`);
}
