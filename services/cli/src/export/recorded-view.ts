import type { JsonValue } from '@bufbuild/protobuf';

/** The play as the API gives it, in the JSON of protobuf: for the viewer and for an import. */
export interface RecordedView {
  readonly play: JsonValue;
  readonly spans: readonly JsonValue[];
  readonly logs: readonly JsonValue[];
}
