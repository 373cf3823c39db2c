// Messages as the objects that JSON-RPC callers see: field names of the proto, enum words in lower case, times and durations as milliseconds,
// JSON documents as text. Absent messages, optional values and empty documents are left out.

import {
  type DescEnum,
  type DescMessage,
  getOption,
  type MessageShape,
  toJson as toProtoJson,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import {
  type Duration,
  DurationSchema,
  durationMs,
  FeatureSet_FieldPresence,
  StructSchema,
  type Timestamp,
  TimestampSchema,
  timestampMs,
} from '@bufbuild/protobuf/wkt';
import { json_document } from '@hero-logic/proto/herologic/options/v1/options_pb';

export type JsonObject = { [key: string]: unknown };

export function toJson<T extends DescMessage>(schema: T, message: MessageShape<T>): JsonObject {
  return fromReflect(reflect(schema, message));
}

function fromReflect(message: ReflectMessage): JsonObject {
  const object: JsonObject = {};
  for (const field of message.fields) {
    const value: unknown = message.get(field);
    if (field.fieldKind === 'list') {
      object[field.name] = [...(value as Iterable<unknown>)].map((v) => element(field.enum, v));
    } else if (field.fieldKind === 'map') {
      const entries = [...(value as Iterable<[unknown, unknown]>)];
      object[field.name] = Object.fromEntries(entries.map(([k, v]) => [String(k), element(field.enum, v)]));
    } else if (field.presence === FeatureSet_FieldPresence.EXPLICIT) {
      if (message.isSet(field)) object[field.name] = element(field.enum, value);
    } else if (value !== '' || !getOption(field, json_document)) {
      object[field.name] = element(field.enum, value);
    }
  }
  return object;
}

function element(type: DescEnum | undefined, value: unknown): unknown {
  if (type !== undefined) return enumWord(type, value as number);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null || !('desc' in value)) return value;
  const inner = value as ReflectMessage;
  if (inner.desc.typeName === TimestampSchema.typeName) return timestampMs(inner.message as Timestamp);
  if (inner.desc.typeName === DurationSchema.typeName) return durationMs(inner.message as Duration);
  if (inner.desc.typeName === StructSchema.typeName) return toProtoJson(inner.desc, inner.message);
  return fromReflect(inner);
}

function enumWord(type: DescEnum, value: number): string {
  const name = type.value[value]?.name ?? String(value);
  return name.slice(type.sharedPrefix?.length ?? 0).toLowerCase();
}
