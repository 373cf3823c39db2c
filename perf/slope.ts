// The straight line through measurements, and how sure its slope is.

export interface Slope {
  readonly perX: number;
  /** Twice the standard error: the true slope lies within with a chance of about 95 %. */
  readonly error: number;
}

export type Point = readonly [x: number, y: number];

export function slopeOf(points: readonly Point[]): Slope {
  const n = points.length;
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / n;
  const [x0, y0] = [mean(([x]) => x), mean(([, y]) => y)];
  const spreadX = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
  const perX = points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0) / spreadX;
  const rest = points.reduce((sum, [x, y]) => sum + (y - y0 - perX * (x - x0)) ** 2, 0);
  return { perX, error: n > 2 ? 2 * Math.sqrt(rest / (n - 2) / spreadX) : Number.NaN };
}
