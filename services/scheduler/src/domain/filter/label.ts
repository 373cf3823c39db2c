/** A label as one text, by which it is found. */
export function labelOf(key: string, value: string): string {
  return JSON.stringify([key, value]);
}
