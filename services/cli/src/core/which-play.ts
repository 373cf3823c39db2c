// The play that a command means: a sid, or "last" for the one that was started last.

import type { Context } from './context.ts';
import { UsageError } from './usage-error.ts';

export async function whichPlay({ clients }: Context, words: string): Promise<string> {
  if (words !== 'last') return words;
  const { plays } = await clients.plays.listPlays({ pageSize: 1 });
  const sid = plays[0]?.sid;
  if (sid === undefined) throw new UsageError('there is no play yet; start one with "hero-logic play start FLOW"');
  return sid;
}
