// JSON text -> protobuf message, by descriptor. What is wrong is collected, so that a caller hears of everything at once. JSON documents are
// taken as slices of the body's text and never re-encoded.
//
// - A JSON string in a document's place is JSON text; any other JSON type is the value itself. In a map of documents null is a value.
// - Elsewhere null = left out. Of equal keys the last one counts.

import { create, type DescField, type DescMessage, fromJson, type Message } from '@bufbuild/protobuf';
import { DurationSchema, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { documentProblem, jsonElements, jsonMembers, jsonType, type Violation } from '@hero-logic/platform';
import { DURATION, isDocument, isJsonText, JSON_VALUES, onlyList, STRUCT, TIMESTAMP, visibleFields } from './fields.ts';
import { type Decoded, integerFromJson, mustBe, scalarFromJson, textFromJson } from './scalars.ts';
import { wordsOf } from './words.ts';

/** Longer lists, and objects of more members, are refused before they are taken apart. */
const MOST_ITEMS = 10_000;
const LONGEST_PATH = 500;
/** Years 1 to 9999, the range of google.protobuf.Timestamp. */
const TIMES = { min: -62_135_596_800_000n, max: 253_402_300_799_999n };
const DURATIONS = { min: -315_576_000_000_000n, max: 315_576_000_000_000n };

export interface Decoding {
  readonly violations: Violation[];
  /** Fields whose text is no JSON document; they are in `violations` too. */
  readonly badDocuments: Set<string>;
}

export function startDecoding(): Decoding {
  return { violations: [], badDocuments: new Set() };
}

/** What `create` takes for a message, from the raw values of its fields. */
export function initOf(
  given: Iterable<readonly [field: DescField, raw: string]>,
  path: string,
  decoding: Decoding,
): Record<string, unknown> {
  const init: Record<string, unknown> = {};
  const chosen = new Map<string, string>();
  for (const [field, raw] of given) {
    const at = path === '' ? field.name : `${path}.${field.name}`;
    if (jsonType(raw) === 'null') continue;
    const value = fieldValue(field, raw, at, decoding);
    if (field.oneof === undefined) {
      init[field.localName] = value;
      continue;
    }
    const other = chosen.get(field.oneof.name);
    if (other !== undefined) refuse(decoding, at, `cannot be given together with ${other}`);
    chosen.set(field.oneof.name, field.name);
    init[field.oneof.localName] = { case: field.localName, value };
  }
  return init;
}

function fieldValue(field: DescField, raw: string, path: string, decoding: Decoding): unknown {
  switch (field.fieldKind) {
    case 'scalar':
      return isDocument(field)
        ? documentText(raw, path, decoding)
        : isJsonText(field)
          ? jsonText(raw, path, decoding)
          : take(scalarFromJson(field.scalar, raw), path, decoding);
    case 'enum':
      return enumValue(field.enum, raw, path, decoding);
    case 'message':
      return messageValue(field.message, raw, path, decoding);
    case 'list':
      return listValue(field, raw, path, decoding);
    case 'map':
      return mapValue(field, raw, path, decoding);
  }
}

/** The text of a document; undefined (and a violation) when it is none. */
function documentText(raw: string, path: string, decoding: Decoding): string | undefined {
  const text = jsonType(raw) === 'string' ? (JSON.parse(raw) as string) : raw;
  return checkedDocument(text, path, decoding);
}

function jsonText(raw: string, path: string, decoding: Decoding): string | undefined {
  const text = take(textFromJson(raw), path, decoding);
  return typeof text === 'string' ? checkedDocument(text, path, decoding) : undefined;
}

function checkedDocument(text: string, path: string, decoding: Decoding): string | undefined {
  const problem = text === '' ? undefined : documentProblem(text);
  if (problem === undefined) return text;
  decoding.badDocuments.add(shown(path));
  return refuse(decoding, path, problem);
}

function enumValue(desc: Parameters<typeof wordsOf>[0], raw: string, path: string, decoding: Decoding): unknown {
  const { words, numberOf } = wordsOf(desc);
  const value = jsonType(raw) === 'string' ? numberOf(JSON.parse(raw) as string) : undefined;
  return value ?? refuse(decoding, path, `must be one of ${words.map((w) => `"${w}"`).join(', ')}`);
}

function messageValue(desc: DescMessage, raw: string, path: string, decoding: Decoding): Message | unknown {
  if (desc.typeName === TIMESTAMP) {
    const ms = take(integerFromJson(raw, TIMES, false), path, decoding);
    return typeof ms === 'number' ? timestampFromMs(ms) : undefined;
  }
  if (desc.typeName === DURATION) {
    const ms = take(integerFromJson(raw, DURATIONS, false), path, decoding);
    if (typeof ms !== 'number') return undefined;
    return create(DurationSchema, { seconds: BigInt(Math.trunc(ms / 1000)), nanos: (ms % 1000) * 1_000_000 });
  }
  if (JSON_VALUES.includes(desc.typeName)) return jsonValue(desc, raw, path, decoding);
  const list = onlyList(desc);
  if (list !== undefined) {
    const elements = fieldValue(list, raw, path, decoding);
    return elements === undefined ? undefined : create(desc, { [list.localName]: elements } as never);
  }
  if (jsonType(raw) !== 'object') return take(mustBe('an object', raw), path, decoding);
  const members = namedFields(desc, raw, path, decoding);
  return members && create(desc, initOf(members, path, decoding) as never);
}

/** The members of an object as fields of a message; unknown ones are violations. */
export function namedFields(
  desc: DescMessage,
  raw: string,
  path: string,
  decoding: Decoding,
): Map<DescField, string> | undefined {
  const members = membersOf(raw, path, decoding);
  if (members === undefined) return undefined;
  const fields = new Map(visibleFields(desc).map((f) => [f.name, f]));
  const given = new Map<DescField, string>();
  for (const [name, value] of members) {
    const field = fields.get(name);
    if (field !== undefined) given.set(field, value);
    else refuse(decoding, path === '' ? name : `${path}.${name}`, 'is unknown');
  }
  return given;
}

function jsonValue(desc: DescMessage, raw: string, path: string, decoding: Decoding): unknown {
  const problem = documentProblem(raw);
  if (problem !== undefined) return refuse(decoding, path, problem);
  const value: unknown = JSON.parse(raw);
  if (desc.typeName === STRUCT) {
    return jsonType(raw) === 'object' ? value : take(mustBe('an object', raw), path, decoding);
  }
  try {
    return fromJson(desc, value as never);
  } catch {
    return refuse(decoding, path, 'must be an array');
  }
}

function listValue(field: DescField & { fieldKind: 'list' }, raw: string, path: string, decoding: Decoding): unknown {
  const { listKind } = field;
  if (listKind === 'enum' && jsonType(raw) === 'string') return known([enumValue(field.enum, raw, path, decoding)]);
  if (jsonType(raw) !== 'array') return take(mustBe('an array', raw), path, decoding);
  const elements = jsonElements(raw, MOST_ITEMS + 1);
  if (elements.length > MOST_ITEMS) return refuse(decoding, path, `has more than ${MOST_ITEMS} items`);
  return known(
    elements.map((element, i) => {
      const at = `${path}[${i}]`;
      if (listKind === 'enum') return enumValue(field.enum, element, at, decoding);
      if (listKind === 'message') return messageValue(field.message, element, at, decoding);
      return take(scalarFromJson(field.scalar, element), at, decoding);
    }),
  );
}

function mapValue(field: DescField & { fieldKind: 'map' }, raw: string, path: string, decoding: Decoding): unknown {
  if (jsonType(raw) !== 'object') return take(mustBe('an object', raw), path, decoding);
  const members = membersOf(raw, path, decoding) ?? [];
  const map: Record<string, unknown> = {};
  for (const [key, value] of members) {
    const at = `${path}.${key}`;
    // A message keeps its maps in plain objects, where this key would vanish.
    if (key === '__proto__') refuse(decoding, at, 'is not allowed as a name');
    else if (!key.isWellFormed()) refuse(decoding, at.toWellFormed(), 'has a lone surrogate, which is no character');
    else map[key] = mapEntry(field, value, at, decoding);
  }
  return map;
}

function mapEntry(field: DescField & { fieldKind: 'map' }, raw: string, path: string, decoding: Decoding): unknown {
  if (isDocument(field)) return documentText(raw, path, decoding) ?? '';
  switch (field.mapKind) {
    case 'scalar':
      return take(scalarFromJson(field.scalar, raw), path, decoding) ?? '';
    case 'enum':
      return enumValue(field.enum, raw, path, decoding) ?? 0;
    case 'message':
      return messageValue(field.message, raw, path, decoding) ?? create(field.message);
  }
}

/** Members with the last of equal keys only. */
function membersOf(raw: string, path: string, decoding: Decoding): Map<string, string> | undefined {
  const members = jsonMembers(raw, MOST_ITEMS + 1);
  if (members.length <= MOST_ITEMS) return new Map(members);
  refuse(decoding, path === '' ? 'params' : path, `has more than ${MOST_ITEMS} members`);
  return undefined;
}

function take(decoded: Decoded, path: string, decoding: Decoding): unknown {
  return 'problem' in decoded ? refuse(decoding, path, decoded.problem) : decoded.value;
}

export function refuse(decoding: Decoding, field: string, description: string): undefined {
  decoding.violations.push({ field: shown(field), description });
}

/** A path as it is named to the caller, who may have sent a key of megabytes. */
function shown(path: string): string {
  return path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path;
}

/** Elements without those that were refused: the call will not be made, and `create` takes no undefined. */
function known(elements: unknown[]): unknown[] {
  return elements.filter((e) => e !== undefined);
}
