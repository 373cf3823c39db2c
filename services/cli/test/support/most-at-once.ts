// How many of some stretches of time lie over the same moment, at most. One that begins when another ends does not overlap it.

export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

export function mostAtOnce(stretches: readonly Stretch[]): number {
  const turns = stretches.flatMap(({ startMs, endMs }) => [
    { at: startMs, by: 1 },
    { at: endMs, by: -1 },
  ]);
  turns.sort((a, b) => a.at - b.at || a.by - b.by);
  let [now, most] = [0, 0];
  for (const { by } of turns) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
