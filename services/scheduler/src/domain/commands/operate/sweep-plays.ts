// Removes the plays that the rules of retention do not keep, oldest first, at the pace that leaves plays that run their turn. What is in use
// is passed over and looked at again in the next sweep.

import type { Pace } from '../../removal/pace.ts';
import { RETENTION } from '../../removal/removal-store.ts';
import { BEGINNING, removableUpTo } from '../../retention/retention.ts';
import type { OperateDeps } from './deps.ts';
import { removeSome, removeTogether } from './remove-plays.ts';

const FORGOTTEN_AT_ONCE = 1000;
const DAY_MS = 86_400_000;
/** How long the reason for which a play is gone is kept, and a bulk job that is over. */
const KEPT_NOTES_MS = 90 * DAY_MS;

export interface SweepOptions {
  readonly pace: Pace;
  readonly signal?: AbortSignal | undefined;
}

/** How many plays were removed. */
export async function sweepPlays(deps: OperateDeps, options: SweepOptions): Promise<number> {
  // What a process that is gone has hidden.
  let removed = await inTurns(options, (atMost) => removeSome(deps, RETENTION, atMost));
  let workflowSid = await deps.removals.nextWorkflow('');
  while (workflowSid !== undefined && !options.signal?.aborted) {
    removed += await sweepWorkflow(deps, workflowSid, options);
    workflowSid = await deps.removals.nextWorkflow(workflowSid);
  }
  await inTurns(options, () => deps.removals.tidy(options.pace));
  await forgetOld(deps);
  return removed;
}

async function sweepWorkflow(deps: OperateDeps, workflowSid: string, options: SweepOptions): Promise<number> {
  const { removals, retention, config, clock } = deps;
  const rule = (await retention.find(workflowSid)) ?? config.retention ?? { maxPlays: 0 };
  if (rule.maxAgeMs === undefined && rule.maxPlays === 0) return 0;
  const over = rule.maxPlays === 0 ? undefined : await removals.firstOver(workflowSid, rule.maxPlays);
  const upTo = removableUpTo(rule, over, clock.now());
  if (upTo === undefined) return 0;
  let removed = 0;
  for (let after = BEGINNING; !options.signal?.aborted; ) {
    const atMost = await options.pace.next();
    const begin = performance.now();
    const { sids, last } = await removals.takeEnded({ workflowSid, after, upTo, atMost, now: clock.now() });
    if (last === undefined) break;
    after = last;
    if (sids.length > 0) await removeTogether(deps, sids, RETENTION);
    removed += sids.length;
    await options.pace.rest(performance.now() - begin, sids.length);
  }
  return removed;
}

/** Does some of a work until nothing is left of it; how much was done. */
async function inTurns({ signal, pace }: SweepOptions, work: (atMost: number) => Promise<number>): Promise<number> {
  let done = 0;
  while (!signal?.aborted) {
    const atMost = await pace.next();
    const begin = performance.now();
    const some = await work(atMost);
    if (some === 0) break;
    done += some;
    await pace.rest(performance.now() - begin, some);
  }
  return done;
}

async function forgetOld({ removals, bulk, clock }: OperateDeps): Promise<void> {
  const before = clock.now() - KEPT_NOTES_MS;
  await removals.forget(before, FORGOTTEN_AT_ONCE);
  await bulk.forget(before, FORGOTTEN_AT_ONCE);
}
