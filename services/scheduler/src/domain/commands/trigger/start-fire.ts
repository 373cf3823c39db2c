// Starts the play of a firing. May be repeated at any time, by any process: the idempotency key is made of trigger and firing.

import { type HeroError, type Reason, toHeroError } from '@hero-logic/platform';
import type { Play } from '../../play.ts';
import { goOn } from '../../trigger/overlap.ts';
import { specOf } from '../../trigger/schedule.ts';
import {
  countOutcome,
  type Decided,
  type Fire,
  type FireFacts,
  pause,
  refusedFire,
  retryFire,
  startedFire,
  type Trigger,
} from '../../trigger/trigger.ts';
import type { TriggerChange } from '../../trigger/trigger-store.ts';
import { PLAIN_START, startPlay } from '../start-play.ts';
import { cancelPlays } from './cancel-plays.ts';
import { inputFor } from './check-trigger.ts';
import type { TriggerDeps } from './deps.ts';

/** What may pass by itself. */
const PASSING: readonly Reason[] = ['UNAVAILABLE', 'INTERNAL', 'CANCELLED', 'DEADLINE_EXCEEDED'];

/** The failure, when it did not start. */
export async function startFire(deps: TriggerDeps, fire: Fire): Promise<HeroError | undefined> {
  const trigger = await deps.triggers.find(fire.triggerSid);
  if (trigger === undefined) return undefined;
  try {
    const play = await start(deps, trigger, fire);
    await record(deps, fire, (found, facts) => {
      const named = { ...found, workflowName: play.workflowName || found.workflowName };
      return goOn(startedFire(named, fire, play.sid, deps.clock.now()), facts, deps.clock.now());
    });
    return undefined;
  } catch (error) {
    return failed(deps, fire, toHeroError(error));
  }
}

async function start(deps: TriggerDeps, trigger: Trigger, fire: Fire): Promise<Pick<Play, 'sid' | 'workflowName'>> {
  const { sid, workflowSid, versionSid, name } = trigger;
  const own = await deps.triggers.fireInput(sid, fire.id);
  const inputData = own ?? (await deps.triggers.inputData(sid));
  const isTimed = fire.source === 'schedule' || fire.source === 'backfill';
  try {
    return await startPlay(deps, {
      ...PLAIN_START,
      workflowSid,
      versionSid,
      name,
      inputData: inputFor(specOf(trigger), inputData, fire.dueAt),
      idempotencyKey: `trigger:${sid}:${fire.id}`,
      trigger: `trigger ${sid}`,
      starter: fire.by ?? '',
      tags: isTimed ? { due_at: new Date(fire.dueAt).toISOString() } : {},
    });
  } catch (error) {
    // It was started before a crash, and the trigger's input was changed since: that play is the one.
    const failure = toHeroError(error);
    const playSid = failure.reason === 'IDEMPOTENCY_KEY_REUSED' ? failure.metadata.play_sid : undefined;
    if (playSid === undefined) throw failure;
    return { sid: playSid, workflowName: '' };
  }
}

async function failed(deps: TriggerDeps, fire: Fire, failure: HeroError): Promise<HeroError> {
  const now = deps.clock.now();
  const reason = `${failure.message} [${failure.reason}]`;
  const isPassing = PASSING.includes(failure.reason) && fire.source !== 'manual';
  await record(deps, fire, (found, facts) => {
    if (isPassing) return { trigger: found, fires: [retryFire(fire, reason, now)], cancel: [] };
    const refused = refusedFire(fire, reason);
    if (failure.reason === 'WORKFLOW_NOT_FOUND') {
      const paused = pause(found, `its workflow is gone: ${failure.message}`, facts.waiting);
      return { ...paused, fires: [refused, ...paused.fires] };
    }
    const counted = countOutcome(found, reason, facts.waiting);
    return goOn({ ...counted, fires: [refused, ...counted.fires] }, facts, now);
  });
  deps.log[isPassing ? 'warn' : 'error'](
    { err: failure, trigger_sid: fire.triggerSid, fire: fire.id },
    'a trigger could not start its play',
  );
  return failure;
}

/** Changes the trigger unless another process has recorded this start. */
async function record(
  deps: TriggerDeps,
  fire: Fire,
  decide: (found: Trigger, facts: FireFacts) => Decided,
): Promise<void> {
  try {
    const cancel = await deps.triggers.change(
      fire.triggerSid,
      [fire.id],
      (found, facts): TriggerChange<readonly string[]> => {
        if (facts.known.get(fire.id)?.state !== 'starting') return { result: [] };
        const { cancel, ...decided } = decide(found, facts);
        return { ...decided, result: cancel };
      },
    );
    await cancelPlays(deps, cancel);
  } catch (error) {
    // Deleted meanwhile: nobody asks for its firings any more.
    if (toHeroError(error).reason !== 'TRIGGER_NOT_FOUND') throw error;
  }
}
