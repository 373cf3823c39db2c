// The parameters of a call, by name or by position, as its request message. Unknown, missing and ill-typed ones are refused together, and so
// are those that break the field rules: the caller hears of everything at once.

import { create, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import { invalid, jsonElements, jsonType, messageViolations, type Violation } from '@hero-logic/platform';
import { type Decoding, initOf, namedFields, refuse, startDecoding } from './decode.ts';
import { isRequired, onlyList, requiredChoices, visibleFields } from './fields.ts';

/** More violations than this help nobody. */
const MOST_VIOLATIONS = 100;

/** Fields by position. The members of a oneof share the position of the first of them. */
function positionsOf(desc: DescMessage): DescField[] {
  const seen = new Set<string>();
  return visibleFields(desc).filter((field) => {
    if (field.oneof === undefined) return true;
    if (seen.has(field.oneof.name)) return false;
    seen.add(field.oneof.name);
    return true;
  });
}

/** The request message. `raw` is the text of `params`, an object or an array; undefined = none. Throws INVALID_ARGUMENT or INVALID_JSON. */
export function paramsFromJson(desc: DescMessage, raw: string | undefined): Message {
  const decoding = startDecoding();
  const given = givenFields(desc, raw, decoding);
  const message = create(desc, initOf(given, '', decoding) as never);
  reportMissing(desc, given, decoding);
  if (decoding.violations.length > 0) throw refusal(desc, message, decoding);
  const paths = listPaths([...given.keys()]);
  const broken = paths.size === 0 ? [] : asWritten(rulesBroken(desc, message), paths);
  if (broken.length > 0) throw invalid(broken.slice(0, MOST_VIOLATIONS));
  return message;
}

/** Where the rules see a list that the caller gives bare: its path in the message -> the caller's name for it. */
function listPaths(fields: readonly DescField[]): Map<string, string> {
  return new Map(
    fields.flatMap((field) => {
      const list = field.message && field.fieldKind === 'message' ? onlyList(field.message) : undefined;
      return list === undefined ? [] : [[`${field.name}.${list.name}`, field.name] as const];
    }),
  );
}

function asWritten(violations: readonly Violation[], paths: ReadonlyMap<string, string>): Violation[] {
  return violations.map((violation) => {
    const path = /^[^[]*/.exec(violation.field)?.[0] ?? '';
    const name = paths.get(path);
    return name === undefined ? violation : { ...violation, field: `${name}${violation.field.slice(path.length)}` };
  });
}

function givenFields(desc: DescMessage, raw: string | undefined, decoding: Decoding): Map<DescField, string> {
  if (raw === undefined) return new Map();
  if (jsonType(raw) === 'object') return namedFields(desc, raw, '', decoding) ?? new Map();
  const positions = positionsOf(desc);
  const elements = jsonElements(raw, positions.length + 1);
  if (elements.length > positions.length) {
    const most = positions.length === 1 ? '1 parameter' : `${positions.length} parameters`;
    refuse(decoding, `params[${positions.length}]`, `is one too many: the call takes at most ${most}`);
  }
  return new Map(positions.flatMap((field, i) => (elements[i] === undefined ? [] : [[field, elements[i]] as const])));
}

function reportMissing(desc: DescMessage, given: ReadonlyMap<DescField, string>, decoding: Decoding): void {
  const isGiven = (field: DescField) => jsonType(given.get(field) ?? 'null') !== 'null';
  for (const field of visibleFields(desc)) {
    if (isRequired(field) && !isGiven(field)) refuse(decoding, field.name, 'is required');
  }
  for (const choice of requiredChoices(desc)) {
    if (choice.some(isGiven)) continue;
    const names = choice.map((f) => f.name);
    const others = names.length > 1 ? `, unless ${names.slice(1).join(' or ')} is given` : '';
    refuse(decoding, names[0] as string, `is required${others}`);
  }
}

function refusal(desc: DescMessage, message: Message, decoding: Decoding) {
  const { violations, badDocuments } = decoding;
  const onlyDocuments = violations.every((v) => badDocuments.has(v.field));
  const named = new Set(violations.map((v) => topField(v.field)));
  const choices = new Set(desc.oneofs.map((o) => o.name));
  const more = asWritten(rulesBroken(desc, message), listPaths(desc.fields)).filter(
    (v) => v.field !== 'request' && !choices.has(v.field) && !named.has(topField(v.field)),
  );
  const all = [...violations, ...more].slice(0, MOST_VIOLATIONS);
  return invalid(all, onlyDocuments && more.length === 0 ? 'INVALID_JSON' : 'INVALID_ARGUMENT');
}

function rulesBroken(desc: DescMessage, message: Message): Violation[] {
  try {
    return messageViolations(desc, message);
  } catch {
    // A half-filled message may be more than the rules can be asked about; what is known is said without them.
    return [];
  }
}

function topField(path: string): string {
  return /^[^.[]*/.exec(path)?.[0] ?? path;
}
