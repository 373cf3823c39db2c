/** Which rows of a long list to mount, when the page itself scrolls. */
export function rowsWindow(options: {
  readonly count: number;
  readonly rowHeight: number;
  /** Top of the list relative to the top of the view, as getBoundingClientRect says it. */
  readonly top: number;
  readonly viewHeight: number;
  readonly spare?: number;
}): { first: number; last: number } {
  const spare = options.spare ?? 8;
  const first = Math.floor(-options.top / options.rowHeight) - spare;
  const last = Math.ceil((options.viewHeight - options.top) / options.rowHeight) + spare;
  return { first: clamp(first, 0, options.count), last: clamp(last, 0, options.count) };
}

function clamp(n: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, n));
}
