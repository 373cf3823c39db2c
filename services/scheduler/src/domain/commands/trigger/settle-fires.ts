// Looks which plays of triggers have ended: an end counts, and lets the next firing start.

import { isTerminal, type Play } from '../../play.ts';
import { decideWaiting, goOn } from '../../trigger/overlap.ts';
import { countOutcome, type Fire } from '../../trigger/trigger.ts';
import type { TriggerChange } from '../../trigger/trigger-store.ts';
import { cancelPlays } from './cancel-plays.ts';
import { TRIGGER_TOPIC, type TriggerDeps } from './deps.ts';

const PAGE = 500;

export async function settleFires(deps: TriggerDeps): Promise<void> {
  let after: Fire | undefined;
  do {
    const page = await deps.triggers.listStarted(after, PAGE);
    await Promise.all(page.map((fire) => settleOne(deps, fire)));
    after = page.length < PAGE ? undefined : page.at(-1);
  } while (after !== undefined);
  await decideAgain(deps);
}

async function settleOne(deps: TriggerDeps, fire: Fire): Promise<void> {
  const play = await deps.store.find(fire.playSid);
  if (play !== undefined && !isTerminal(play.status)) return;
  const now = deps.clock.now();
  await apply(deps, fire.triggerSid, [fire.id], (found, facts) => {
    if (facts.known.get(fire.id)?.state !== 'started') return undefined;
    const outcome = play === undefined || !isTerminal(play.status) ? undefined : play.status;
    const ended: Fire = { ...fire, state: 'ended', outcome };
    const waiting = facts.waiting;
    const counted =
      outcome === undefined || outcome === 'cancelled'
        ? { trigger: found, fires: [], cancel: [] }
        : countOutcome(found, outcome === 'success' ? undefined : failureOf(play), waiting);
    return goOn({ ...counted, fires: [ended, ...counted.fires] }, facts, now);
  });
}

function failureOf(play: Play | undefined): string {
  return `play ${play?.sid} ${play?.status}${play?.error === undefined ? '' : `: ${play.error.message}`}`.slice(0, 500);
}

/** What waits, looked at once more: a crash may have come between a decision to cancel and the cancel. */
async function decideAgain(deps: TriggerDeps): Promise<void> {
  const now = deps.clock.now();
  for (let after = ''; ; ) {
    const page = await deps.triggers.listWaiting(after, PAGE);
    await Promise.all(page.map((sid) => apply(deps, sid, [], (found, facts) => decideWaiting(found, facts, now))));
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return;
    after = last;
  }
}

type Decide = Parameters<TriggerDeps['triggers']['change']>[2];

async function apply(
  deps: TriggerDeps,
  sid: string,
  ids: readonly string[],
  decide: (...args: Parameters<Decide>) => ReturnType<typeof goOn> | undefined,
): Promise<void> {
  if ((await deps.triggers.find(sid)) === undefined) return;
  const { cancel, starts } = await deps.triggers.change(
    sid,
    ids,
    (found, facts): TriggerChange<{ cancel: readonly string[]; starts: boolean }> => {
      const decided = decide(found, facts);
      if (decided === undefined) return { result: { cancel: [], starts: false } };
      const starts = decided.fires.some(({ state }) => state === 'starting');
      const isSame = decided.fires.length === 0;
      return {
        ...(isSame ? {} : { trigger: decided.trigger, fires: decided.fires }),
        result: { cancel: decided.cancel, starts },
      };
    },
  );
  if (starts) deps.signals.publish(TRIGGER_TOPIC);
  await cancelPlays(deps, cancel);
}
