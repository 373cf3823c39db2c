// What happens to firings that wait: which start now, which are left out, and what has to be cancelled before one can start.

import { type Decided, type Fire, type FireFacts, MAX_WAITING, skip, type Trigger } from './trigger.ts';

/** Decides about all that wait, oldest first. Each firing brings its own policy: a backfill has another than the schedule. */
export function decideWaiting(trigger: Trigger, { waiting, live }: FireFacts, now: number): Decided {
  const fires: Fire[] = [];
  const last = waiting.findLast(({ overlap }) => overlap === 'cancel_other');
  let busy = live.length > 0;
  let kept = 0;
  let cancels = false;
  for (const fire of waiting) {
    const verdict = verdictOf(fire, { busy, kept, isLast: fire === last });
    if (verdict.start) {
      fires.push({ ...fire, state: 'starting', retryAt: now });
      busy = true;
    } else if (verdict.skip !== undefined) {
      fires.push(skip(fire, verdict.skip));
    } else {
      kept += 1;
      cancels ||= fire.overlap === 'cancel_other';
    }
  }
  const skipped = fires.filter(({ state }) => state === 'skipped').length;
  const cancel = cancels ? live.flatMap(({ playSid }) => (playSid === '' ? [] : [playSid])) : [];
  return { trigger: { ...trigger, skipped: trigger.skipped + skipped }, fires, cancel };
}

/** Decides about all that wait, with new ones among them. */
export function admit(trigger: Trigger, facts: FireFacts, fresh: readonly Fire[], now: number): Decided {
  const waiting = [...facts.waiting, ...fresh].sort((a, b) => a.dueAt - b.dueAt);
  const decided = decideWaiting(trigger, { ...facts, waiting }, now);
  const later = new Set(decided.fires.map(({ id }) => id));
  return { ...decided, fires: [...fresh.filter(({ id }) => !later.has(id)), ...decided.fires] };
}

/** After a change of firings: those that wait may start now. */
export function goOn(decided: Decided, facts: FireFacts, now: number): Decided {
  const changed = new Map(decided.fires.map((fire) => [fire.id, fire]));
  const waiting = facts.waiting.filter(({ id }) => !changed.has(id));
  const live = facts.live
    .map((fire) => changed.get(fire.id) ?? fire)
    .filter(({ state }) => state === 'starting' || state === 'started');
  const next = decideWaiting(decided.trigger, { waiting, live }, now);
  return {
    trigger: next.trigger,
    fires: [...decided.fires, ...next.fires],
    cancel: [...decided.cancel, ...next.cancel],
  };
}

interface Place {
  /** A play before it has not ended, or starts now. */
  readonly busy: boolean;
  /** So many before it go on waiting. */
  readonly kept: number;
  readonly isLast: boolean;
}

interface Verdict {
  readonly start?: boolean;
  readonly skip?: string;
}

function verdictOf({ overlap }: Fire, { busy, kept, isLast }: Place): Verdict {
  if (overlap === 'cancel_other' && !isLast) return { skip: 'a newer one came before it could start' };
  if (overlap === 'allow_all' || !busy) return { start: true };
  if (overlap === 'skip') return { skip: 'the play before had not ended' };
  if (overlap === 'buffer_one' && kept > 0) return { skip: 'another one waits already' };
  return kept >= MAX_WAITING ? { skip: `${MAX_WAITING} wait already` } : {};
}
