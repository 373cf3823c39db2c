// Two texts line by line: what stayed, what went, what came.

export interface DiffLine {
  readonly kind: 'same' | 'gone' | 'new';
  readonly text: string;
  /** Number in the first text; 0 = not in it. */
  readonly a: number;
  readonly b: number;
}

/** Beyond this many lines that differ, the middle is shown as replaced whole. */
const MOST = 2000;

export function lineDiff(a: string, b: string): DiffLine[] {
  const left = a.split('\n');
  const right = b.split('\n');
  let head = 0;
  while (head < left.length && head < right.length && left[head] === right[head]) head++;
  let tail = 0;
  while (tail < left.length - head && tail < right.length - head && left.at(-1 - tail) === right.at(-1 - tail)) tail++;
  const lines: DiffLine[] = left.slice(0, head).map((text, i) => ({ kind: 'same', text, a: i + 1, b: i + 1 }));
  lines.push(...middle(left.slice(head, left.length - tail), right.slice(head, right.length - tail), head));
  for (let i = tail; i > 0; i--) {
    lines.push({ kind: 'same', text: left.at(-i) as string, a: left.length - i + 1, b: right.length - i + 1 });
  }
  return lines;
}

function middle(left: readonly string[], right: readonly string[], offset: number): DiffLine[] {
  const gone = (i: number): DiffLine => ({ kind: 'gone', text: left[i] as string, a: offset + i + 1, b: 0 });
  const fresh = (j: number): DiffLine => ({ kind: 'new', text: right[j] as string, a: 0, b: offset + j + 1 });
  if (left.length > MOST || right.length > MOST)
    return [...left.map((_, i) => gone(i)), ...right.map((_, j) => fresh(j))];
  const common = longestCommon(left, right);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  for (const [x, y] of [...common, [left.length, right.length] as const]) {
    while (i < x) lines.push(gone(i++));
    while (j < y) lines.push(fresh(j++));
    if (x < left.length) lines.push({ kind: 'same', text: left[x] as string, a: offset + x + 1, b: offset + y + 1 });
    i = x + 1;
    j = y + 1;
  }
  return lines;
}

/** Pairs of places of the longest common subsequence. */
export function longestCommon(left: readonly string[], right: readonly string[]): [number, number][] {
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        left[i] === right[j]
          ? (lengths[(i + 1) * width + j + 1] as number) + 1
          : Math.max(lengths[(i + 1) * width + j] as number, lengths[i * width + j + 1] as number);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i] === right[j]) pairs.push([i++, j++]);
    else if ((lengths[(i + 1) * width + j] as number) >= (lengths[i * width + j + 1] as number)) i++;
    else j++;
  }
  return pairs;
}

/** Only what changed, with some lines around it; `skipped` counts what is left out before a line. */
export function hunks(lines: readonly DiffLine[], around = 3): { line: DiffLine; skipped: number }[] {
  const near = new Set<number>();
  lines.forEach((line, index) => {
    if (line.kind === 'same') return;
    for (let i = index - around; i <= index + around; i++) near.add(i);
  });
  const shown: { line: DiffLine; skipped: number }[] = [];
  let skipped = 0;
  lines.forEach((line, index) => {
    if (!near.has(index)) skipped++;
    else {
      shown.push({ line, skipped });
      skipped = 0;
    }
  });
  return shown;
}
