// The play that stands in this page, as `play export` wrote it (docs/recorded-plays.md).

import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { type LogLine, LogLineSchema, type Span, SpanSchema } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { type Play, PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';

export interface Recorded {
  readonly play: Play;
  /** By seq. */
  readonly spans: readonly Span[];
  /** By seq. */
  readonly logs: readonly LogLine[];
  readonly source: string;
  /** When the play was exported, or had ended. */
  readonly atMs: number;
}

interface InPage {
  readonly source: string;
  readonly at_ms: number;
  readonly view: {
    readonly play: JsonValue;
    readonly spans: readonly JsonValue[];
    readonly logs: readonly JsonValue[];
  };
}

export const recorded: Recorded = read(document.getElementById('recorded-play')?.textContent ?? '');

function read(text: string): Recorded {
  const { source, at_ms, view } = JSON.parse(text) as InPage;
  const options = { ignoreUnknownFields: true };
  const spans = view.spans.map((span) => fromJson(SpanSchema, span, options));
  return {
    play: fromJson(PlaySchema, view.play, options),
    spans: spans.sort((a, b) => Number(a.seq - b.seq)),
    logs: view.logs.map((line) => fromJson(LogLineSchema, line, options)),
    source,
    atMs: at_ms,
  };
}
