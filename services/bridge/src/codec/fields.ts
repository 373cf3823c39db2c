// What the descriptors say about a field beyond its type: our options and the rules of buf.validate.

import { type DescField, type DescMessage, getOption, hasOption } from '@bufbuild/protobuf';
import { type FieldRules, field as fieldRules, oneof as oneofRules } from '@hero-logic/proto/buf/validate/validate_pb';
import {
  json_document,
  json_rpc_hidden,
  json_rpc_required,
  json_text,
} from '@hero-logic/proto/herologic/options/v1/options_pb';

/** A descriptor never changes, and an option is decoded anew whenever it is asked for: that is done once for each. */
function once<D extends DescField | DescMessage, T>(say: (desc: D) => T): (desc: D) => T {
  const known = new WeakMap<D, { readonly said: T }>();
  return (desc) => {
    const before = known.get(desc);
    if (before !== undefined) return before.said;
    const said = say(desc);
    known.set(desc, { said });
    return said;
  };
}

/** The field, or each value of the map, is a JSON document as text. */
export const isDocument = once((field: DescField): boolean => getOption(field, json_document));

/** Always text, whatever it holds. */
export const isJsonText = once((field: DescField): boolean => getOption(field, json_text));

/** Fields that a caller may give, by number. */
export const visibleFields = once((message: DescMessage): readonly DescField[] =>
  message.fields.filter((f) => !getOption(f, json_rpc_hidden)).sort((a, b) => a.number - b.number),
);

export const rulesOf = once((field: DescField): FieldRules | undefined =>
  hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined,
);

/** Whether a value must be given: required, or a text, list or map that must not be empty. A member of a oneof is not required by itself. */
export const isRequired = once((field: DescField): boolean => {
  if (field.oneof !== undefined) return false;
  if (getOption(field, json_rpc_required)) return true;
  const rules = rulesOf(field);
  if (rules === undefined) return false;
  if (rules.required) return true;
  // A rule on an optional field speaks only when the field is given.
  if (field.proto.proto3Optional) return false;
  const { case: kind, value } = rules.type;
  if (kind === 'string') return value.minLen > 0n || value.minBytes > 0n;
  if (kind === 'repeated') return value.minItems > 0n;
  if (kind === 'map') return value.minPairs > 0n;
  return kind === 'enum' && value.notIn.includes(0);
});

/** Groups of which one member must be given. */
export function requiredChoices(message: DescMessage): DescField[][] {
  const visible = new Set(visibleFields(message));
  return message.oneofs
    .filter((o) => getOption(o, oneofRules).required)
    .map((o) => o.fields.filter((f) => visible.has(f)))
    .filter((fields) => fields.length > 0);
}

/** A message of one list: over JSON-RPC the list itself. */
export function onlyList(message: DescMessage): DescField | undefined {
  const [first, ...rest] = message.fields;
  return first?.fieldKind === 'list' && rest.length === 0 ? first : undefined;
}

export const TIMESTAMP = 'google.protobuf.Timestamp';
export const DURATION = 'google.protobuf.Duration';
export const STRUCT = 'google.protobuf.Struct';
/** Types that stand for any JSON value. */
export const JSON_VALUES: readonly string[] = [STRUCT, 'google.protobuf.Value', 'google.protobuf.ListValue'];
