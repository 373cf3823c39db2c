// What the page of a play shows first: the play and its first steps, with every failed and every waiting one. When a browser opens at a
// play, it is asked for before the code of that page is there.

import type { GetSkeletonResponse } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import type { Play } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { plays, spans } from './clients.ts';

export interface FirstLook {
  readonly play: Play;
  readonly skeleton: GetSkeletonResponse;
}

let begun: { readonly playSid: string; readonly look: Promise<FirstLook> } | undefined;

/** Asks at once if the path is that of a play. */
export function beginFirstLook(path: string): void {
  const playSid = /^\/plays\/([^/]+)$/.exec(path)?.[1];
  if (playSid === undefined) return;
  const look = ask(playSid);
  // Whoever takes it hears of a failure.
  look.catch(() => {});
  begun = { playSid, look };
}

/** The one that was begun, once; else a new one. */
export function firstLook(playSid: string, signal: AbortSignal): Promise<FirstLook> {
  const mine = begun?.playSid === playSid ? begun.look : undefined;
  begun = undefined;
  return mine ?? ask(playSid, signal);
}

async function ask(playSid: string, signal?: AbortSignal): Promise<FirstLook> {
  const options = signal === undefined ? {} : { signal };
  const [play, skeleton] = await Promise.all([
    plays.getPlay({ playSid, withSpans: false }, options),
    spans.getSkeleton({ playSid }, options),
  ]);
  return { play, skeleton };
}
