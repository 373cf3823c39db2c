// What the latest plays say of each flow: how they ended, how long they took, what they cost.

import type { Play } from './play.ts';
import { asksAPerson } from './play.ts';
import { isBad, isEnded, type Status } from './status.ts';

export interface FlowStats {
  readonly last: Play;
  /** Statuses of up to 20, oldest first. */
  readonly history: readonly Status[];
  /** Plays that went well or failed; cancelled ones say nothing. */
  readonly judged: number;
  readonly done: number;
  /** Half of the plays that went well took less; undefined when none did. */
  readonly typicalMs: number | undefined;
  /** Half of the plays with a known cost cost less; undefined = unknown. */
  readonly typicalUsd: number | undefined;
  readonly waiting: number;
}

const HISTORY = 20;

/** By workflow sid; `plays` come newest first. */
export function statsByFlow(plays: readonly Play[]): Map<string, FlowStats> {
  const byFlow = new Map<string, Play[]>();
  for (const play of plays) {
    const list = byFlow.get(play.workflowSid);
    if (list === undefined) byFlow.set(play.workflowSid, [play]);
    else list.push(play);
  }
  return new Map([...byFlow].map(([sid, list]) => [sid, statsOf(list)]));
}

function statsOf(list: readonly Play[]): FlowStats {
  const judged = list.filter((p) => isEnded(p.status) && p.status !== 'cancelled');
  const good = judged.filter((p) => !isBad(p.status));
  const costs = judged.map((p) => p.costUsd).filter((c) => c !== undefined);
  return {
    last: list[0] as Play,
    history: list
      .slice(0, HISTORY)
      .map((p) => p.status)
      .reverse(),
    judged: judged.length,
    done: good.length,
    typicalMs: median(good.map((p) => p.ranMs)),
    typicalUsd: median(costs),
    waiting: list.filter(asksAPerson).length,
  };
}

/** The middle value; undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}

/** The value below which a share of the values lies, between neighbours in proportion; undefined of nothing. */
export function quantile(values: readonly number[], share: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}
