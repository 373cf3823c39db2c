// Values that a play has nested: to write one as JSON takes the stack for each level, and a play may send as many as fit into a line.

/** As of documents. */
const MOST_LEVELS = 200;

/** JSON text; undefined: it is nested too deep. */
export function jsonOf(value: unknown): string | undefined {
  return isTooDeep(value) ? undefined : JSON.stringify(value);
}

function isTooDeep(value: unknown): boolean {
  let level = isNested(value) ? [value] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MOST_LEVELS) return true;
    level = level.flatMap((one) => Object.values(one).filter(isNested));
  }
  return false;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
