// What must hold of triggers: a due time has one play, exactly one where the overlap policy leaves nothing out, and none comes early.

import type { Ledger, Stored } from './ledger.ts';

interface TriggerDoc {
  readonly sid: string;
  readonly kind: string;
  readonly spec: string;
  readonly overlap: string;
  readonly createdAt: number;
}

interface TriggeredPlay {
  readonly trigger: string;
  readonly createdAt: number;
  readonly tags: { readonly due_at?: string };
}

/** Whether the plays of a trigger must not be there at the same time; what triggers had nothing to do with may. */
export function createOnlyOne({ scheduler }: Stored): (trigger: string) => boolean {
  const known = new Map<string, boolean>();
  return (trigger) => {
    if (!trigger.startsWith('trigger ')) return false;
    let found = known.get(trigger);
    if (found === undefined) {
      const row = scheduler.get<{ overlap: string }>(OVERLAP, trigger.slice('trigger '.length));
      found = row !== undefined && row.overlap !== 'allow_all';
      known.set(trigger, found);
    }
    return found;
  };
}

export function checkTriggers(stored: Stored, ledger: Ledger): void {
  const { scheduler } = stored;
  const plays = scheduler.all<{ doc: string }>(TRIGGERED).map(({ doc }) => JSON.parse(doc) as TriggeredPlay);
  const triggers = scheduler.all<{ doc: string }>('SELECT doc FROM triggers').map(({ doc }) => JSON.parse(doc));
  for (const trigger of triggers as TriggerDoc[]) {
    const own = plays.filter((play) => play.trigger === `trigger ${trigger.sid}`);
    const due = own.map(({ tags }) => Date.parse(tags.due_at ?? ''));
    for (const [i, at] of due.entries()) {
      if (due.indexOf(at) !== i) ledger.broken(`trigger ${trigger.sid} started two plays for ${at}`);
      if (((own[i] as TriggeredPlay).createdAt ?? 0) < at) ledger.broken(`trigger ${trigger.sid} fired before ${at}`);
    }
    checkAllThere(stored, ledger, trigger, due);
  }
  const created = new Set((triggers as TriggerDoc[]).map(({ sid }) => sid));
  for (const sid of ledger.triggers.keys()) if (!created.has(sid)) ledger.broken(`trigger ${sid} is lost`);
}

/** Every due time up to the moment at which it was last known to be on. */
function checkAllThere({ scheduler }: Stored, ledger: Ledger, trigger: TriggerDoc, played: readonly number[]): void {
  const { sid, kind, spec, overlap, createdAt } = trigger;
  const until = ledger.triggers.get(sid) ?? 0;
  const taken = new Set(scheduler.all<{ at: number }>(FIRES, sid).map(({ at }) => at));
  const first = kind === 'once' ? JSON.parse(spec).at : Math.ceil(createdAt / CRON_EVERY_MS) * CRON_EVERY_MS;
  for (let at = first; at <= until; at += CRON_EVERY_MS) {
    if (!taken.has(at)) ledger.broken(`trigger ${sid} never took the time ${at}`);
    else if (overlap === 'allow_all' && !played.includes(at)) ledger.broken(`trigger ${sid} started no play for ${at}`);
    if (kind === 'once') return;
  }
}

/** Six fields: the first are the seconds. */
export const CRON = '*/20 * * * * *';
const CRON_EVERY_MS = 20_000;

const OVERLAP = "SELECT doc ->> 'overlap' AS overlap FROM triggers WHERE sid = ?";
const TRIGGERED = "SELECT doc FROM plays WHERE doc ->> 'trigger' LIKE 'trigger %'";
const FIRES = "SELECT due_at AS at FROM trigger_fires WHERE trigger_sid = ? AND state IN ('ended', 'skipped')";
