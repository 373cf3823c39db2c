// A generated module without its rules names no file of protovalidate and still describes every message and field.

import { readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import { cutRules } from './without-rules.ts';

const read = (code: string) =>
  fromBinary(FileDescriptorProtoSchema, base64Decode(/fileDesc\("([^"]+)"/.exec(code)?.[1] ?? ''));
const shape = (code: string) =>
  read(code).messageType.map((m) => [m.name, ...m.field.map((f) => `${f.name} ${f.number} ${f.type} ${f.typeName}`)]);

test('only the rules go', () => {
  const path = new URL('../../proto/gen/herologic/scheduler/v1/webhook_service_pb.js', import.meta.url);
  const code = readFileSync(path, 'utf8');
  const cut = cutRules(code);
  expect(cut).not.toContain('buf_validate');
  expect(cut.length).toBeLessThan(code.length);
  expect(shape(cut)).toEqual(shape(code));
  expect(shape(cut)).not.toEqual([]);
});
