// A claimed play as the run needs it, taken off the wire.

import { timeFromPb } from '@hero-logic/platform';
import type { ClaimedPlay } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';

export interface Answer {
  readonly id: string;
  readonly name: string;
  /** JSON text; empty when expired. */
  readonly payload: string;
  readonly expired: boolean;
}

export interface Claim {
  readonly playSid: string;
  readonly leaseToken: string;
  readonly versionSid: string;
  readonly workflowName: string;
  readonly parentSpanId: string;
  /** JSON text. */
  readonly input: string;
  readonly answers: readonly Answer[];
  /** Time running in earlier runs. */
  readonly ranMs: number;
  readonly startedMs: number;
  /** 1 for the first run. */
  readonly attempt: number;
}

export function claimFromPb(claimed: ClaimedPlay, nowMs: number): Claim {
  const { play } = claimed;
  return {
    playSid: play?.sid ?? '',
    leaseToken: claimed.leaseToken,
    versionSid: play?.workflowVersionSid ?? '',
    workflowName: play?.workflowName ?? '',
    parentSpanId: play?.parentSpanId ?? '',
    input: play?.inputData || '{}',
    answers: claimed.answers.map(({ id, name, payload, expired }) => ({ id, name, payload, expired })),
    ranMs: Number(play?.durationMs ?? 0n),
    startedMs: timeFromPb(play?.startedAt) ?? nowMs,
    attempt: play?.attempt ?? 1,
  };
}
