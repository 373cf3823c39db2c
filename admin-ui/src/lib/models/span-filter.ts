// The filter of steps: `status:failed took:>2s kind:rpc words`. All parts must fit.

import { label, type Span } from './span.ts';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const STATUS: Record<string, readonly string[]> = {
  failed: ['failed', 'timed_out'],
  late: ['timed_out'],
  waiting: ['awaiting_resume'],
  running: ['running'],
  done: ['ok'],
  ok: ['ok'],
  cancelled: ['cancelled'],
  replayed: ['replayed'],
  retried: [],
};

/** undefined = everything fits. */
export function spanFilterOf(text: string): ((span: Span) => boolean) | undefined {
  const tests = text
    .trim()
    .split(/\s+/)
    .filter((w) => w !== '')
    .map(testOf);
  if (tests.length === 0) return undefined;
  return (span) => tests.every((test) => test(span));
}

function testOf(word: string): (span: Span) => boolean {
  const [, key = '', value = ''] = /^(status|took|kind):(.+)$/i.exec(word) ?? [];
  if (key === 'status' && value === 'retried') return (span) => span.attempts.length > 1;
  if (key === 'status' && STATUS[value] !== undefined)
    return (span) => (STATUS[value] as readonly string[]).includes(span.outcome);
  if (key === 'kind') return (span) => span.kind === value;
  const time = key === 'took' ? /^([<>])?(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(value) : null;
  if (time !== null) {
    const bound = Number(time[2]) * (UNIT_MS[time[3] as string] as number);
    return (span) => {
      if (span.startMs === undefined || span.endMs === undefined) return false;
      const took = span.endMs - span.startMs;
      return time[1] === '<' ? took < bound : took >= bound;
    };
  }
  const wanted = word.toLowerCase();
  return (span) =>
    `${label(span)} ${span.name} ${span.rpc} ${span.error?.message ?? ''}`.toLowerCase().includes(wanted);
}
