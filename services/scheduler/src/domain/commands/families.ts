// What the end of a play means to its family: its parent gets its outcome as the answer of the pause that waits for it, and the
// children that it does not wait for any more are cancelled. Both look at what is stored, mark what they have done after it is
// done, and may be repeated: a crash at any point only makes the next turn do it again.

import { isHeroError } from '@hero-logic/platform';
import { answerChild, childPayload } from '../child.ts';
import { isTerminal, type Play } from '../play.ts';
import type { LeftChild } from '../play-store.ts';
import { requestCancel } from './cancel-play.ts';
import { type CommandDeps, publishChange } from './deps.ts';

const BATCH = 200;
/** Outcomes that are held in memory at the same time. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Tells the parents of the children that have ended. */
export async function tellParents(deps: CommandDeps): Promise<void> {
  for (;;) {
    const ended = await deps.store.listUntoldChildren(BATCH);
    for (let at = 0; at < ended.length; ) at = await tellSome(deps, ended, at);
    if (ended.length < BATCH) return;
  }
}

/** Those from `from` on, as many as fit; gives the first that did not. */
async function tellSome(deps: CommandDeps, ended: readonly Play[], from: number): Promise<number> {
  const told: Promise<void>[] = [];
  let at = from;
  for (let bytes = 0; at < ended.length && bytes < MAX_BYTES; at++) {
    const child = ended[at] as Play;
    const payload = childPayload(child, child.status === 'success' ? await deps.store.outputData(child.sid) : '');
    bytes += payload.length;
    told.push(tell(deps, child, payload));
  }
  await Promise.all(told);
  await deps.store.markTold(ended.slice(from, at).map(({ sid }) => sid));
  return at;
}

async function tell(deps: CommandDeps, child: Play, payload: string): Promise<void> {
  const { parentPlaySid, parentResumeId } = child;
  const given = { childPlaySid: child.sid, payload, now: deps.clock.now() };
  try {
    const woken = await deps.store.changePause(parentPlaySid, parentResumeId, (parent, pause, facts) => {
      const change = answerChild(parent, pause, facts, given);
      return { ...change, result: change.play };
    });
    if (woken !== undefined) publishChange(deps, woken);
  } catch (error) {
    // Nobody is left to be told.
    if (!isHeroError(error, 'PLAY_NOT_FOUND')) throw error;
  }
}

/** Cancels the live children whose pause was withdrawn: their parent has ended, or goes on without them. */
export async function cancelLeftChildren(deps: CommandDeps): Promise<void> {
  for (;;) {
    const left = await deps.store.listLeftChildren(BATCH);
    await cancelAll(deps, left);
    if (left.length < BATCH) return;
  }
}

/** The same at once for all below one play that has ended. A child that still runs is asked to stop, and what is below it follows its end. */
export async function cancelFamily(deps: CommandDeps, playSid: string): Promise<void> {
  for (;;) {
    const left = await deps.store.listLeftChildren(BATCH, playSid);
    for (const child of await cancelAll(deps, left)) {
      if (isTerminal(child.status)) await cancelFamily(deps, child.sid);
    }
    if (left.length < BATCH) return;
  }
}

async function cancelAll(deps: CommandDeps, left: readonly LeftChild[]): Promise<Play[]> {
  const cancelled = await Promise.all(left.map((child) => cancelOne(deps, child)));
  await deps.store.markLeft(left);
  return cancelled.filter((play) => play !== undefined);
}

async function cancelOne(deps: CommandDeps, { playSid, childPlaySid }: LeftChild): Promise<Play | undefined> {
  try {
    return await requestCancel(deps, childPlaySid, `play ${playSid}, which started it, does not wait for it any more`);
  } catch (error) {
    // It was never added, or is not kept any more.
    if (isHeroError(error, 'PLAY_NOT_FOUND')) return undefined;
    throw error;
  }
}
