import { SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';

export type Status =
  | 'pending'
  | 'running'
  | 'ok'
  | 'failed'
  | 'timed_out'
  | 'cancelled'
  | 'replayed'
  | 'awaiting_resume';

export const STATUS_WORD: Record<Status, string> = {
  pending: 'Queued',
  running: 'Running',
  ok: 'Done',
  failed: 'Failed',
  timed_out: 'Ran out of time',
  cancelled: 'Cancelled',
  replayed: 'From record',
  awaiting_resume: 'Waiting',
};

const OF_PLAY: Record<PlayStatus, Status> = {
  [PlayStatus.UNSPECIFIED]: 'failed',
  [PlayStatus.PENDING]: 'pending',
  [PlayStatus.RUNNING]: 'running',
  [PlayStatus.AWAITING_RESUME]: 'awaiting_resume',
  [PlayStatus.SUCCESS]: 'ok',
  [PlayStatus.FAILED]: 'failed',
  [PlayStatus.CANCELLED]: 'cancelled',
  [PlayStatus.TIMED_OUT]: 'timed_out',
};

const OF_SPAN: Record<SpanStatus, Status> = {
  [SpanStatus.UNSPECIFIED]: 'failed',
  [SpanStatus.PENDING]: 'pending',
  [SpanStatus.RUNNING]: 'running',
  [SpanStatus.OK]: 'ok',
  [SpanStatus.FAILED]: 'failed',
  [SpanStatus.TIMED_OUT]: 'timed_out',
  [SpanStatus.CANCELLED]: 'cancelled',
  [SpanStatus.REPLAYED]: 'replayed',
  [SpanStatus.AWAITING_RESUME]: 'awaiting_resume',
};

/** An unknown value (a newer server) shows as failed, never as done. */
export function playStatusFromPb(status: PlayStatus): Status {
  return OF_PLAY[status] ?? 'failed';
}

export function spanStatusFromPb(status: SpanStatus): Status {
  return OF_SPAN[status] ?? 'failed';
}

/** Nothing changes any more. */
export function isEnded(status: Status): boolean {
  return status === 'ok' || status === 'failed' || status === 'timed_out' || status === 'cancelled';
}

export function isBad(status: Status): boolean {
  return status === 'failed' || status === 'timed_out';
}
