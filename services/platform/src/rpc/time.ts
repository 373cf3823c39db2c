// Timestamps on the wire, milliseconds inside.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';

export function timeToPb(ms: number): Timestamp;
export function timeToPb(ms: number | undefined): Timestamp | undefined;
export function timeToPb(ms: number | undefined): Timestamp | undefined {
  return ms === undefined ? undefined : timestampFromMs(ms);
}

export function timeFromPb(time: Timestamp | undefined): number | undefined {
  return time === undefined ? undefined : timestampMs(time);
}
