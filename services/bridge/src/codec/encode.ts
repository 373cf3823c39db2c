// protobuf message -> JSON text, by descriptor: snake_case names, enums as words, times and 64-bit integers as integers, JSON documents as
// text. Left out: messages, optional scalars and documents that are not set. Lists and maps are always there.

import {
  type DescEnum,
  type DescField,
  type DescMessage,
  isFieldSet,
  type Message,
  ScalarType,
  toJson,
} from '@bufbuild/protobuf';
import { type Duration, type Timestamp, timestampMs } from '@bufbuild/protobuf/wkt';
import { DURATION, isDocument, JSON_VALUES, STRUCT, TIMESTAMP } from './fields.ts';
import { wordsOf } from './words.ts';

type Value = unknown;

/** The whole result of a call. With `resultFields`, the first of them that is set stands for the message. */
export function resultToJson(desc: DescMessage, message: Message, resultFields: readonly DescField[]): string {
  const [first] = resultFields;
  if (first === undefined) return messageToJson(desc, message);
  const field = resultFields.find((f) => isFieldSet(message, f)) ?? first;
  return fieldToJson(field, valueIn(message, field));
}

export function messageToJson(desc: DescMessage, message: Message): string {
  const parts: string[] = [];
  for (const field of desc.fields) {
    if (isLeftOut(field, message)) continue;
    parts.push(`${JSON.stringify(field.name)}:${fieldToJson(field, valueIn(message, field))}`);
  }
  return `{${parts.join(',')}}`;
}

function isLeftOut(field: DescField, message: Message): boolean {
  if (isFieldSet(message, field)) return false;
  if (field.fieldKind === 'list' || field.fieldKind === 'map') return false;
  if (field.fieldKind !== 'scalar' || field.oneof !== undefined || field.proto.proto3Optional) return true;
  return isDocument(field);
}

function valueIn(message: Message, field: DescField): Value {
  const fields = message as unknown as Record<string, Value>;
  if (field.oneof === undefined) return fields[field.localName];
  const chosen = fields[field.oneof.localName] as { case?: string; value?: Value };
  return chosen.case === field.localName ? chosen.value : undefined;
}

function fieldToJson(field: DescField, value: Value): string {
  if (value === undefined) return 'null';
  switch (field.fieldKind) {
    case 'scalar':
      return scalarToJson(field.scalar, value);
    case 'enum':
      return enumToJson(field.enum, value);
    case 'message':
      return embeddedToJson(field.message, value);
    case 'list':
      return `[${(value as Value[]).map((item) => itemToJson(field, field.listKind, item)).join(',')}]`;
    case 'map': {
      const entries = Object.entries(value as Record<string, Value>);
      return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${itemToJson(field, field.mapKind, v)}`).join(',')}}`;
    }
  }
}

function itemToJson(field: DescField, kind: 'scalar' | 'enum' | 'message', item: Value): string {
  if (kind === 'message') return embeddedToJson(field.message as DescMessage, item);
  if (kind === 'enum') return enumToJson(field.enum as DescEnum, item);
  return scalarToJson(field.scalar as ScalarType, item);
}

function scalarToJson(type: ScalarType, value: Value): string {
  if (typeof value === 'bigint') return String(value);
  if (type === ScalarType.BYTES) return JSON.stringify(Buffer.from(value as Uint8Array).toString('base64'));
  return JSON.stringify(value);
}

function enumToJson(desc: DescEnum, value: Value): string {
  return JSON.stringify(wordsOf(desc).wordOf(value as number) ?? null);
}

function embeddedToJson(desc: DescMessage, value: Value): string {
  if (desc.typeName === TIMESTAMP) return String(timestampMs(value as Timestamp));
  if (desc.typeName === DURATION) {
    const { seconds, nanos } = value as Duration;
    return String(Number(seconds) * 1000 + Math.trunc(nanos / 1_000_000));
  }
  // A Struct as a field is a plain object already; numbers that JSON has not become null.
  if (desc.typeName === STRUCT && !isMessageOf(value, STRUCT)) return JSON.stringify(value);
  if (JSON_VALUES.includes(desc.typeName)) return JSON.stringify(toJson(desc, value as Message));
  return messageToJson(desc, value as Message);
}

function isMessageOf(value: Value, typeName: string): boolean {
  return (value as { $typeName?: string }).$typeName === typeName;
}
