import { count } from './format.ts';
import type { Span } from './span.ts';

/** What really happened to a step over all runs of its play: executed, kept, executed again, or not at all. */
export function recordWord({ runs, replays, status }: Pick<Span, 'runs' | 'replays' | 'status'>): string {
  const kept = replays > 0 ? `from the record ${count(replays, 'time')}` : '';
  if (runs === 0)
    return replays > 0 ? `not executed here, ${kept}` : status === 'pending' ? 'not reached' : 'not executed';
  const ran = runs === 1 ? 'executed once' : `executed again, ${count(runs, 'time')}`;
  return kept === '' ? ran : `${ran}, then ${kept}`;
}
