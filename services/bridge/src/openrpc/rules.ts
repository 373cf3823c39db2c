// Rules of buf.validate as keywords of JSON Schema. What JSON Schema cannot say (bytes, expressions) is left to the service.

import type {
  FieldRules,
  Int32Rules,
  Int64Rules,
  MapRules,
  RepeatedRules,
  StringRules,
} from '@hero-logic/proto/buf/validate/validate_pb';

export type JsonSchema = Readonly<Record<string, unknown>>;

export function keywordsOf(rules: FieldRules | undefined): JsonSchema {
  switch (rules?.type.case) {
    case 'string':
      return stringKeywords(rules.type.value);
    case 'int32':
    case 'int64':
      return integerKeywords(rules.type.value);
    case 'repeated':
      return listKeywords(rules.type.value);
    case 'map':
      return mapKeywords(rules.type.value);
    default:
      return {};
  }
}

function stringKeywords(rules: StringRules): JsonSchema {
  return {
    ...(rules.minLen > 0n ? { minLength: Number(rules.minLen) } : {}),
    ...(rules.maxLen > 0n ? { maxLength: Number(rules.maxLen) } : {}),
    ...(rules.pattern !== '' ? { pattern: rules.pattern } : {}),
    ...(rules.in.length > 0 ? { enum: rules.in } : {}),
  };
}

function integerKeywords(rules: Int32Rules | Int64Rules): JsonSchema {
  const { greaterThan: low, lessThan: high } = rules;
  return {
    ...(low.case === 'gte' ? { minimum: Number(low.value) } : {}),
    ...(low.case === 'gt' ? { exclusiveMinimum: Number(low.value) } : {}),
    ...(high.case === 'lte' ? { maximum: Number(high.value) } : {}),
    ...(high.case === 'lt' ? { exclusiveMaximum: Number(high.value) } : {}),
  };
}

function listKeywords(rules: RepeatedRules): JsonSchema {
  return {
    ...(rules.minItems > 0n ? { minItems: Number(rules.minItems) } : {}),
    ...(rules.maxItems > 0n ? { maxItems: Number(rules.maxItems) } : {}),
  };
}

function mapKeywords(rules: MapRules): JsonSchema {
  return {
    ...(rules.minPairs > 0n ? { minProperties: Number(rules.minPairs) } : {}),
    ...(rules.maxPairs > 0n ? { maxProperties: Number(rules.maxPairs) } : {}),
    ...(rules.keys !== undefined ? { propertyNames: keywordsOf(rules.keys) } : {}),
  };
}

/** Rules of the items of a list or of the values of a map. */
export function itemRules(rules: FieldRules | undefined): FieldRules | undefined {
  if (rules?.type.case === 'repeated') return rules.type.value.items;
  if (rules?.type.case === 'map') return rules.type.value.values;
  return undefined;
}
