// The lower-case words of statuses and types, and which of them are an end.

import { SpanKind, SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { FieldType } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import { type Play, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

const wordOf = (names: Readonly<Record<number, string>>, value: number): string =>
  names[value]?.toLowerCase() ?? 'unknown';

export const playStatusWord = (status: PlayStatus): string => wordOf(PlayStatus, status);
export const spanStatusWord = (status: SpanStatus): string => wordOf(SpanStatus, status);
export const spanKindWord = (kind: SpanKind): string => wordOf(SpanKind, kind);
export const fieldTypeWord = (type: FieldType): string =>
  type === FieldType.UNSPECIFIED ? 'any' : wordOf(FieldType, type);

export function playStatusFromWord(word: string): PlayStatus {
  const status = (PlayStatus as unknown as Record<string, PlayStatus | undefined>)[word.toUpperCase()];
  if (typeof status === 'number' && status !== PlayStatus.UNSPECIFIED) return status;
  const known = Object.values(PlayStatus).filter((v) => typeof v === 'string' && v !== 'UNSPECIFIED');
  throw new UsageError(`there is no play status "${word}"; there are ${known.join(', ').toLowerCase()}`);
}

export function isTerminal(status: PlayStatus): boolean {
  return status >= PlayStatus.SUCCESS;
}

/** Terminal, or nothing can happen without an answer from outside. */
export function isSettled(play: Play): boolean {
  return isTerminal(play.status) || (play.status === PlayStatus.AWAITING_RESUME && play.pendingResumes.length > 0);
}

export function exitCodeOfPlay(play: Play): ExitCode {
  switch (play.status) {
    case PlayStatus.FAILED:
      return EXIT.failed;
    case PlayStatus.CANCELLED:
      return EXIT.cancelled;
    case PlayStatus.TIMED_OUT:
      return EXIT.timedOut;
    case PlayStatus.AWAITING_RESUME:
      return EXIT.waiting;
    default:
      return EXIT.ok;
  }
}
