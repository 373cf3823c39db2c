// Equal failures counted once: same flow, same kind of error, same message but for its numbers and names.

import type { Play } from './play.ts';
import { failureLine } from './span.ts';

export interface FailureGroup {
  readonly key: string;
  readonly workflowSid: string;
  readonly workflowName: string;
  /** The newest failure in words. */
  readonly line: string;
  /** Line of the flow's source where it was raised; 0 = unknown. */
  readonly sourceLine: number;
  /** Newest first. */
  readonly plays: readonly Play[];
  /** The lowest version among them. */
  readonly firstVersion: number;
}

/** Newest group first; `plays` come newest first. */
export function groupFailures(plays: readonly Play[]): FailureGroup[] {
  const groups = new Map<string, Play[]>();
  for (const play of plays) {
    const key = [play.workflowSid, play.status, play.error?.type ?? '', shape(play.error?.message ?? '')].join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [play]);
    else group.push(play);
  }
  return [...groups].map(([key, list]) => {
    const newest = list[0] as Play;
    return {
      key,
      workflowSid: newest.workflowSid,
      workflowName: newest.workflowName,
      line: newest.error === undefined ? 'No reason was recorded' : failureLine(newest.error),
      sourceLine: raisedAt(newest.error?.traceback ?? ''),
      plays: list,
      firstVersion: Math.min(...list.map((p) => p.versionNumber)),
    };
  });
}

/** A message without what differs from play to play: quoted texts, hexadecimal ids, numbers. */
export function shape(message: string): string {
  return message
    .slice(0, 400)
    .replace(/'[^']*'|"[^"]*"|“[^”]*”/g, '…')
    .replace(/\b(0x)?[0-9a-f]{8,}\b|\b[0-9a-hjkmnp-tv-z]{26}\b/gi, '…')
    .replace(/\d+([.,]\d+)*/g, '…');
}

/** The last line of the flow's own source in a Python traceback. */
export function raisedAt(traceback: string): number {
  const lines = [...traceback.matchAll(/File "[^"]*flow\.py", line (\d+)/g)];
  return Number(lines.at(-1)?.[1] ?? 0);
}
