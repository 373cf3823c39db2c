// A sid begins with the time at which it was made: a created time bounds the sids of plays, and the index of sids serves it.

import { firstSidAt } from '@hero-logic/platform';
import type { PlayCondition } from './condition.ts';

export interface SidBounds {
  /** The first sid that fits. */
  readonly from?: string;
  /** The first that does not fit any more. */
  readonly before?: string;
}

export function sidBounds(conditions: readonly PlayCondition[], beforeSid: string): SidBounds {
  let from: string | undefined;
  let before = beforeSid === '' ? undefined : beforeSid;
  for (const one of conditions) {
    if (one.kind !== 'created' || one.not === true) continue;
    if (one.from !== undefined) {
      const sid = firstSidAt(one.from);
      if (from === undefined || sid > from) from = sid;
    }
    if (one.before !== undefined) {
      const sid = firstSidAt(one.before);
      if (before === undefined || sid < before) before = sid;
    }
  }
  return { ...(from === undefined ? {} : { from }), ...(before === undefined ? {} : { before }) };
}
