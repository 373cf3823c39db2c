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
import { isSecret, REDACTED, type Rules, redactDocument, redactNamed, redactText } from './redact.ts';

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

/** Documents that go by the name of their message where they have none inside. */
const NAMED = new Set(['output', 'output_data', 'payload', 'default_payload']);

function clean(message: ReflectMessage, rules: Rules, above = ''): void {
  if (message.desc.typeName === TimestampSchema.typeName) return;
  const name = nameOf(message) ?? above;
  for (const field of message.fields.filter((one) => message.isSet(one))) {
    const secretDocument = getOption(field, json_document);
    const text = (value: string) => {
      if (!secretDocument) return redactText(value, rules);
      return NAMED.has(field.name) ? redactNamed(name, value, rules) : redactDocument(value, rules);
    };
    if (field.fieldKind === 'scalar') {
      const value: unknown = message.get(field);
      if (typeof value === 'string') message.set(field, text(value));
    } else if (field.fieldKind === 'message') {
      const inner = message.get(field) as ReflectMessage;
      if (inner.desc.typeName === StructSchema.typeName) {
        const labels = redactDocument(JSON.stringify(toJson(inner.desc, inner.message)), rules);
        message.set(field, reflect(StructSchema, fromJson(StructSchema, JSON.parse(labels) as JsonObject)));
      } else clean(inner, rules, name);
    } else if (field.fieldKind === 'list') {
      const list = message.get(field);
      [...list].forEach((value: unknown, index) => {
        if (typeof value === 'string') list.set(index, text(value));
        else if (typeof value === 'object' && value !== null) clean(value as ReflectMessage, rules, name);
      });
    } else if (field.fieldKind === 'map') {
      const map = message.get(field);
      for (const [key, value] of [...map] as [string, unknown][])
        if (typeof value === 'string') map.set(key, isSecret(key, rules) ? REDACTED : text(value));
    }
  }
}

/** A play has a name for people beside that of its flow. */
function nameOf({ desc, message }: ReflectMessage): string | undefined {
  const { name, workflowName } = message as { readonly name?: unknown; readonly workflowName?: unknown };
  const found = desc.typeName === PlaySchema.typeName ? workflowName : name;
  return typeof found === 'string' ? found : undefined;
}
