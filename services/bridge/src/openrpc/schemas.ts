// JSON Schemas (draft 7) of parameters and results. A message is a component; one that is asked for differs from one that is answered (JSON
// documents, required members), so it is a component of its own, named ...Input.

import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { comments } from '@hero-logic/proto/comments';
import {
  DURATION,
  isDocument,
  isJsonText,
  isRequired,
  JSON_VALUES,
  onlyList,
  rulesOf,
  STRUCT,
  TIMESTAMP,
  visibleFields,
} from '../codec/fields.ts';
import { wordsOf } from '../codec/words.ts';
import { itemRules, type JsonSchema, keywordsOf } from './rules.ts';

type Side = 'param' | 'result';

const JSON_TEXT: JsonSchema = { type: 'string', contentMediaType: 'application/json' };

export interface Schemas {
  /** Of a field as a caller may give it. */
  param(field: DescField): JsonSchema;
  /** Of a field as it is answered. */
  result(field: DescField): JsonSchema;
  /** Of a message as it is answered. */
  message(desc: DescMessage): JsonSchema;
  /** The components that the schemas given out so far refer to. */
  components(): Record<string, JsonSchema>;
}

/** The comment of a part of the protos; empty = none. */
export function commentOf(typeName: string): string {
  return comments[typeName] ?? '';
}

export function fieldComment(field: DescField): string {
  return commentOf(`${field.parent.typeName}.${field.name}`);
}

export function createSchemas(): Schemas {
  const components = new Map<string, JsonSchema>();
  const owners = new Map<string, string>();

  function fieldSchema(field: DescField, side: Side): JsonSchema {
    const rules = side === 'param' ? rulesOf(field) : undefined;
    const keywords = keywordsOf(rules);
    switch (field.fieldKind) {
      case 'list': {
        const list = { type: 'array', items: itemSchema(field, keywordsOf(itemRules(rules)), side), ...keywords };
        if (side === 'result' || field.listKind !== 'enum') return list;
        return { oneOf: [enumSchema(field.enum), list] };
      }
      case 'map':
        return {
          type: 'object',
          additionalProperties: itemSchema(field, keywordsOf(itemRules(rules)), side),
          ...keywords,
        };
      default:
        return itemSchema(field, keywords, side);
    }
  }

  function itemSchema(field: DescField, keywords: JsonSchema, side: Side): JsonSchema {
    if (field.message !== undefined) return messageSchema(field.message, side);
    if (field.enum !== undefined) return enumSchema(field.enum);
    if (isDocument(field)) return side === 'result' ? JSON_TEXT : {};
    if (isJsonText(field)) return JSON_TEXT;
    return { ...scalarSchema(field.scalar), ...keywords };
  }

  function messageSchema(desc: DescMessage, side: Side): JsonSchema {
    if (desc.typeName === TIMESTAMP) return { type: 'integer', description: 'Milliseconds since the epoch.' };
    if (desc.typeName === DURATION) return { type: 'integer', description: 'Milliseconds.' };
    if (JSON_VALUES.includes(desc.typeName)) return desc.typeName === STRUCT ? { type: 'object' } : {};
    const list = onlyList(desc);
    if (side === 'param' && list !== undefined) return fieldSchema(list, side);
    const name = componentName(desc, side);
    if (!components.has(name)) {
      // Reserved first: a message may contain itself.
      components.set(name, {});
      components.set(name, objectSchema(desc, side));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function componentName(desc: DescMessage, side: Side): string {
    const suffix = side === 'param' ? 'Input' : '';
    const short = `${desc.name}${suffix}`;
    const owner = owners.get(short) ?? desc.typeName;
    owners.set(short, owner);
    return owner === desc.typeName ? short : `${desc.typeName}${suffix}`;
  }

  function objectSchema(desc: DescMessage, side: Side): JsonSchema {
    const fields = side === 'param' ? visibleFields(desc) : desc.fields;
    const required = fields.filter((f) => (side === 'param' ? isRequired(f) : isAlwaysThere(f))).map((f) => f.name);
    return {
      title: desc.name,
      description: commentOf(desc.typeName),
      type: 'object',
      properties: Object.fromEntries(fields.map((f) => [f.name, described(fieldSchema(f, side), fieldComment(f))])),
      ...(required.length > 0 ? { required } : {}),
      ...(side === 'param' ? { additionalProperties: false } : {}),
    };
  }

  return {
    param: (field) => fieldSchema(field, 'param'),
    result: (field) => fieldSchema(field, 'result'),
    message: (desc) => messageSchema(desc, 'result'),
    components: () => Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** A reference takes no neighbours in draft 7. */
function described(schema: JsonSchema, description: string): JsonSchema {
  if (description === '') return schema;
  return '$ref' in schema ? { description, allOf: [schema] } : { ...schema, description };
}

function isAlwaysThere(field: DescField): boolean {
  if (field.fieldKind === 'list' || field.fieldKind === 'map') return true;
  if (field.fieldKind !== 'scalar' || field.oneof !== undefined || field.proto.proto3Optional) return false;
  return !isDocument(field);
}

function enumSchema(desc: DescEnum): JsonSchema {
  return { type: 'string', enum: wordsOf(desc).words };
}

function scalarSchema(type: ScalarType): JsonSchema {
  switch (type) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return { type: 'string' };
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { type: 'number' };
    default:
      return { type: 'integer' };
  }
}
