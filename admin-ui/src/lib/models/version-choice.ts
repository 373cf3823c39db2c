import { fromJsonString } from '@bufbuild/protobuf';
import {
  type PickVersionResponse,
  PickVersionResponseSchema,
} from '@hero-logic/proto/herologic/bench/v1/choice_service_pb';

/** How a play came to its version, as it was recorded; undefined = nobody chose, or it cannot be read. */
export function versionChoiceOf(recorded: string): PickVersionResponse | undefined {
  if (recorded === '') return undefined;
  try {
    return fromJsonString(PickVersionResponseSchema, recorded, { ignoreUnknownFields: true });
  } catch {
    // A newer server may write it otherwise; the play is shown all the same.
    return undefined;
  }
}
