// What the page of a play shows first: the play and its first steps, with every failed and every waiting one. When a browser opens at a
// play, public/early.js has asked for it before any module was there.

import { fromBinary } from '@bufbuild/protobuf';
import {
  type GetSkeletonResponse,
  GetSkeletonResponseSchema,
} from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { type Play, PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { plays } from './clients/plays.ts';
import { spans } from './clients/spans.ts';

export interface FirstLook {
  readonly play: Play;
  readonly skeleton: GetSkeletonResponse;
}

declare global {
  interface Window {
    earlyLook?: { readonly playSid: string; readonly answers: Promise<readonly [Uint8Array, Uint8Array]> } | undefined;
  }
}

/** What was asked for early, once; else asked for now. */
export async function firstLook(playSid: string, signal: AbortSignal): Promise<FirstLook> {
  const early = window.earlyLook;
  window.earlyLook = undefined;
  return (early?.playSid === playSid ? await read(early.answers) : undefined) ?? (await ask(playSid, signal));
}

/** Gives undefined when the answers were refused: asking in the ordinary way says why. */
async function read(answers: Promise<readonly [Uint8Array, Uint8Array]>): Promise<FirstLook | undefined> {
  try {
    const [play, skeleton] = await answers;
    return { play: fromBinary(PlaySchema, play), skeleton: fromBinary(GetSkeletonResponseSchema, skeleton) };
  } catch {
    return undefined;
  }
}

async function ask(playSid: string, signal: AbortSignal): Promise<FirstLook> {
  const [play, skeleton] = await Promise.all([
    plays.getPlay({ playSid, withSpans: false }, { signal }),
    spans.getSkeleton({ playSid }, { signal }),
  ]);
  return { play, skeleton };
}
