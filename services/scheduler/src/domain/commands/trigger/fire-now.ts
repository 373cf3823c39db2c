// Fires a trigger by hand, and fills in due times of the past.

import { HeroError, invalid } from '@hero-logic/platform';
import { admit } from '../../trigger/overlap.ts';
import { nextAfter, specOf } from '../../trigger/schedule.ts';
import { type Fire, newFire, type OverlapPolicy } from '../../trigger/trigger.ts';
import type { TriggerChange } from '../../trigger/trigger-store.ts';
import { cancelPlays } from './cancel-plays.ts';
import { TRIGGER_TOPIC, type TriggerDeps } from './deps.ts';
import { startFire } from './start-fire.ts';
import { requireTrigger } from './write-trigger.ts';

export interface FireNow {
  readonly triggerSid: string;
  /** Empty = the trigger's. */
  readonly inputData: string;
  /** Empty = each call fires. */
  readonly requestId: string;
  /** Who fires it; empty = it is not known. */
  readonly by: string;
}

/** The sid of the play. TRIGGER_NOT_FOUND, and what a start can fail with. */
export async function fireNow(deps: TriggerDeps, { triggerSid, inputData, requestId, by }: FireNow): Promise<string> {
  const id = `fire:${requestId === '' ? deps.newSid() : requestId}`;
  const now = deps.clock.now();
  const known = await deps.triggers.change(triggerSid, [id], (trigger, facts): TriggerChange<Fire> => {
    const before = facts.known.get(id);
    if (before !== undefined && before.state !== 'refused') return { result: before };
    const fire: Fire = {
      ...newFire(trigger, { id, dueAt: before?.dueAt ?? now, source: 'manual', by }),
      state: 'starting',
      retryAt: now,
    };
    return { fires: [fire], ...(inputData === '' ? {} : { fireInputs: { [id]: inputData } }), result: fire };
  });
  if (known.playSid !== '') return known.playSid;
  const failure = await startFire(deps, known);
  if (failure !== undefined) throw failure;
  const playSid = await deps.triggers.change(triggerSid, [id], (_, facts) => ({
    result: facts.known.get(id)?.playSid,
  }));
  if (playSid === undefined || playSid === '')
    throw new HeroError('UNAVAILABLE', 'the play could not be started now; fire again');
  return playSid;
}

const MOST_BACKFILL = 1000;

export interface Backfill {
  readonly triggerSid: string;
  readonly from: number;
  readonly to: number;
  readonly overlap: OverlapPolicy;
  /** Who fills it in; empty = it is not known. */
  readonly by: string;
}

export interface BackfillResult {
  readonly due: number;
  readonly queued: number;
  readonly already: number;
}

/** TRIGGER_NOT_FOUND; INVALID_ARGUMENT naming `from` or `to`. */
export async function backfill(
  deps: TriggerDeps,
  { triggerSid, from, to, overlap, by }: Backfill,
): Promise<BackfillResult> {
  const trigger = await requireTrigger(deps, triggerSid);
  if (trigger.kind !== 'cron') {
    throw invalid([
      { field: 'trigger_sid', description: `is of kind ${trigger.kind}; only cron has due times of the past` },
    ]);
  }
  if (from > to) throw invalid([{ field: 'to', description: 'must not be before from' }]);
  const now = deps.clock.now();
  const spec = specOf(trigger);
  // What the schedule itself is still to take stays with it.
  const end = Math.min(to, now, (trigger.dueAt ?? Number.POSITIVE_INFINITY) - 1);
  const times: number[] = [];
  for (let at = nextAfter(spec, from - 1); at !== undefined && at <= end; at = nextAfter(spec, at)) {
    if (times.length === MOST_BACKFILL) {
      throw invalid([
        { field: 'to', description: `the range has more than ${MOST_BACKFILL} due times; take a shorter one` },
      ]);
    }
    times.push(at);
  }
  const { counted, cancel } = await deps.triggers.change(triggerSid, times.map(String), (found, facts) => {
    const open = times.filter((at) => isOpen(facts.known.get(String(at))));
    const fires = open.map((at) => newFire(found, { id: String(at), dueAt: at, source: 'backfill', overlap, by }));
    const { cancel, ...decided } = admit(found, facts, fires, now);
    const counted = { due: times.length, queued: open.length, already: times.length - open.length };
    return { ...decided, result: { counted, cancel } };
  });
  deps.signals.publish(TRIGGER_TOPIC);
  await cancelPlays(deps, cancel);
  return counted;
}

function isOpen(fire: Fire | undefined): boolean {
  return fire === undefined || fire.state === 'skipped' || fire.state === 'refused';
}
