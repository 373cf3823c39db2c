// The end of a run: what is still open is closed, everything is made durable, and only then the scheduler is told.

import { closingOf, type Decision } from '../domain/outcome.ts';
import { pricedSpans, usageOf } from '../domain/usage.ts';
import type { PlayRecord } from '../ingest/play-record.ts';
import type { RunContext } from './context.ts';

/** 'lost' = the play is not ours any more, and nothing was reported. */
export type RunEnd = 'reported' | 'lost';

export async function finish(run: RunContext, decided: Decision, record?: PlayRecord): Promise<RunEnd> {
  const { deps, claim, log } = run;
  if (run.isLost()) return 'lost';
  const decision = record === undefined ? decided : await settle(run, decided, record);
  if (run.isLost()) return 'lost';
  const tree = record?.tree;
  const notKept = tree?.notKept() ?? 0;
  if (notKept > 0)
    run.warnings.push(`only the first ${tree?.count() ?? 0} spans were kept (limit max_spans); ${notKept} more came`);
  const isTaken = await deps.leases.report(
    claim,
    {
      decision,
      durationMs: deps.clock.now() - run.startedAtMs,
      spanCount: tree?.count() ?? 0,
      warnings: run.warnings,
      tier: deps.interpreters.tier,
      usage: usageOf(tree?.spans() ?? []),
    },
    run.over,
  );
  if (!isTaken) log.warn({ outcome: decision.outcome }, 'the lease of a play was lost before its end was reported');
  else deps.watcher?.ended({ claim, decision, startedAtMs: run.startedAtMs, spans: tree?.spans() ?? [] });
  return isTaken ? 'reported' : 'lost';
}

/** What could not be made durable has not happened: the play goes back, unless it was to be stopped anyway. */
async function settle(run: RunContext, decision: Decision, record: PlayRecord): Promise<Decision> {
  record.tree.closeOpen(closingOf(decision, run.deps.clock.now()));
  for (const { spanId, usd } of pricedSpans(record.tree.spans(), run.deps.config.prices)) {
    record.apply({ event: 'span_tag', spanId, tags: { cost_usd: usd }, title: undefined });
  }
  try {
    await record.flush();
    return decision;
  } catch (error) {
    run.log.error({ err: error }, 'what a play did could not be made durable; it goes back');
    return decision.outcome === 'cancelled' ? decision : { outcome: 'released' };
  }
}
