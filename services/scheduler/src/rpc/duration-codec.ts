import { type Duration, durationMs } from '@bufbuild/protobuf/wkt';

/** In milliseconds. */
export function spanFromPb(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : durationMs(duration);
}
