// Cancels every live play of a workflow and waits until all have ended. A play whose executor is gone ends with its lease, so the
// wait is as long as a lease and the grace.

import { HeroError, topics, waitUntil } from '@hero-logic/platform';
import { requestCancel } from './cancel-play.ts';
import type { CommandDeps } from './deps.ts';

const MARGIN_MS = 2000;

/** How many plays were cancelled. WORKFLOW_HAS_LIVE_PLAYS when some would not end in time. */
export async function cancelWorkflow(
  deps: CommandDeps,
  workflowSid: string,
  reason: string,
  abort: AbortSignal | undefined,
): Promise<number> {
  const asked = new Set<string>();
  const end = performance.now() + deps.config.leaseTtlMs + deps.config.cancelGraceMs + MARGIN_MS;
  for (;;) {
    const live = await deps.store.listLive(workflowSid);
    const fresh = live.filter((sid) => !asked.has(sid));
    await Promise.all(fresh.map((sid) => requestCancel(deps, sid, reason)));
    for (const sid of fresh) asked.add(sid);
    const [next] = await deps.store.listLive(workflowSid);
    if (next === undefined) return asked.size;
    const left = end - performance.now();
    if (left <= 0 || abort?.aborted) throw stillLive(workflowSid, await deps.store.countLive(workflowSid));
    await waitUntil({
      signals: deps.signals,
      topics: [topics.play(next)],
      timeoutMs: left,
      abort,
      check: async () => ((await deps.store.listLive(workflowSid)).includes(next) ? undefined : true),
    });
  }
}

function stillLive(workflowSid: string, live: number): HeroError {
  return new HeroError('WORKFLOW_HAS_LIVE_PLAYS', `${live} plays were asked to end but have not yet`, {
    metadata: { workflow_sid: workflowSid },
  });
}
