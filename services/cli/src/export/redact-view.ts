// The play, spans and lines of a recorded play without secrets: documents by their members, labels by their names, every other text by what
// stands in it. The proto says which fields are documents.

import {
  type DescMessage,
  fromJson,
  getOption,
  type JsonObject,
  type JsonValue,
  type MessageShape,
  toJson,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { StructSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { LogLineSchema, SpanSchema } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { json_document } from '@hero-logic/proto/herologic/options/v1/options_pb';
import { PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { RecordedView } from './recorded-view.ts';
import { isSecret, REDACTED, type Rules, redactDocument, redactText } from './redact.ts';

export function redactView(view: RecordedView, rules: Rules): RecordedView {
  return {
    play: redacted(PlaySchema, view.play, rules),
    spans: view.spans.map((span) => redacted(SpanSchema, span, rules)),
    logs: view.logs.map((line) => redacted(LogLineSchema, line, rules)),
  };
}

function redacted<T extends DescMessage>(schema: T, json: JsonValue, rules: Rules): JsonValue {
  const message: MessageShape<T> = fromJson(schema, json, { ignoreUnknownFields: true });
  clean(reflect(schema, message), rules);
  return toJson(schema, message);
}

function clean(message: ReflectMessage, rules: Rules): void {
  if (message.desc.typeName === TimestampSchema.typeName) return;
  for (const field of message.fields.filter((one) => message.isSet(one))) {
    const secretDocument = getOption(field, json_document);
    const text = (value: string) => (secretDocument ? redactDocument(value, rules) : redactText(value, rules));
    if (field.fieldKind === 'scalar') {
      const value: unknown = message.get(field);
      if (typeof value === 'string') message.set(field, text(value));
    } else if (field.fieldKind === 'message') {
      const inner = message.get(field) as ReflectMessage;
      if (inner.desc.typeName === StructSchema.typeName) {
        const labels = redactDocument(JSON.stringify(toJson(inner.desc, inner.message)), rules);
        message.set(field, reflect(StructSchema, fromJson(StructSchema, JSON.parse(labels) as JsonObject)));
      } else clean(inner, rules);
    } else if (field.fieldKind === 'list') {
      const list = message.get(field);
      [...list].forEach((value: unknown, index) => {
        if (typeof value === 'string') list.set(index, text(value));
        else if (typeof value === 'object' && value !== null) clean(value as ReflectMessage, rules);
      });
    } else if (field.fieldKind === 'map') {
      const map = message.get(field);
      for (const [key, value] of [...map] as [string, unknown][])
        if (typeof value === 'string') map.set(key, isSecret(key, rules) ? REDACTED : text(value));
    }
  }
}
