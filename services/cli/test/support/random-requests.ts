// Requests that nobody would write: messages of the protos with odd values in their fields, and bytes that were damaged on the way. The same seed
// gives the same ones.

import { create, type DescField, type DescMessage, type Message, ScalarType, toBinary } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import type { Random } from '@hero-logic/platform/testing';

const TEXTS = [
  '',
  'a',
  '0',
  '*',
  '%',
  "' OR 1=1 --",
  '../../etc/passwd',
  '01j00000000000000000000000',
  '\u0000',
  '\u0001team',
  '\ud800',
  '\u2028',
  '{}',
  '[1,',
  '"\\ud800"',
  '{"a":1e999}',
  'null',
  '__proto__',
  'auto',
  '$where',
  'x'.repeat(201),
  '['.repeat(300),
  '9'.repeat(400),
  'é'.repeat(1000),
];
const NUMBERS = [0, 1, -1, 2, 1000, 2 ** 31 - 1, -(2 ** 31)];
const BIG = [0n, 1n, -1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)];

export function oddMessage(random: Random, schema: DescMessage, depth = 0): Message {
  const view = reflect(schema, create(schema) as never);
  for (const field of schema.fields) {
    if (random.below(3) === 0) continue;
    try {
      putOdd(random, view, field, depth);
    } catch {
      // What the message cannot hold is no request.
    }
  }
  return view.message as Message;
}

function putOdd(random: Random, view: ReflectMessage, field: DescField, depth: number): void {
  const count = random.below(4);
  if (field.fieldKind === 'list') {
    const list = view.get(field);
    for (let i = 0; i < count; i++) list.add(oddValue(random, field, depth) as never);
  } else if (field.fieldKind === 'map') {
    const map = view.get(field);
    for (let i = 0; i < count; i++) map.set(random.pick(TEXTS) as never, oddValue(random, field, depth) as never);
  } else view.set(field, oddValue(random, field, depth) as never);
}

function oddValue(random: Random, field: DescField, depth: number): unknown {
  if (field.message !== undefined) {
    return reflect(
      field.message,
      (depth > 3 ? create(field.message) : oddMessage(random, field.message, depth + 1)) as never,
    );
  }
  if (field.enum !== undefined) return random.pick([0, 1, 2, 99, -1]);
  switch (field.scalar) {
    case ScalarType.STRING:
      return random.pick(TEXTS);
    case ScalarType.BOOL:
      return random.below(2) === 0;
    case ScalarType.BYTES:
      return new Uint8Array(random.below(40)).map(() => random.below(256));
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return random.pick([...NUMBERS, Number.NaN, Number.POSITIVE_INFINITY, 0.1]);
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
      return random.pick(BIG);
    default:
      return random.pick(NUMBERS);
  }
}

export function oddBytes(random: Random, schema: DescMessage): Uint8Array {
  return random.below(3) === 0 ? damaged(random, encoded(random, schema)) : encoded(random, schema);
}

function encoded(random: Random, schema: DescMessage): Uint8Array {
  try {
    return toBinary(schema, oddMessage(random, schema));
  } catch {
    return new Uint8Array([10, 200]);
  }
}

/** Some bytes changed, taken away or added. */
export function damaged(random: Random, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = [...bytes];
  for (let i = 0; i <= random.below(4); i++) {
    const at = random.below(out.length + 1);
    out.splice(at, random.below(3), ...Array.from({ length: random.below(3) }, () => random.below(256)));
  }
  return Uint8Array.from(out);
}
