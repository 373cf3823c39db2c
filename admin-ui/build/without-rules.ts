// Cuts the rules of protovalidate out of the generated descriptors: the server checks every call, and to a browser they are a third of
// the JavaScript before first paint and as much of its start.

import { fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { base64Decode, base64Encode } from '@bufbuild/protobuf/wire';
import { type DescriptorProto, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Plugin } from 'vite';

/** The field number of every option of protovalidate. */
const RULES = 1159;
const FILE = /fileDesc\("([^"]+)"/;
const USE = /file_buf_validate_validate(, )?/;
const IMPORT = /import \{ file_buf_validate_validate \} from [^;]+;\n/;

export const withoutRules: Plugin = {
  name: 'without-rules',
  apply: 'build',
  transform(code, id) {
    return id.endsWith('_pb.js') && IMPORT.test(code) ? { code: cutRules(code), map: null } : undefined;
  },
};

/** A generated module without its rules. */
export function cutRules(code: string): string {
  const text = FILE.exec(code)?.[1] ?? '';
  const file = fromBinary(FileDescriptorProtoSchema, base64Decode(text));
  for (const message of file.messageType) cutFrom(message);
  const cut = base64Encode(toBinary(FileDescriptorProtoSchema, file), 'std_raw');
  return code.replace(IMPORT, '').replace(text, cut).replace(USE, '');
}

function cutFrom(message: DescriptorProto): void {
  for (const { options } of [message, ...message.field, ...message.oneofDecl]) forget(options);
  for (const nested of message.nestedType) cutFrom(nested);
}

function forget(options: Message | undefined): void {
  if (options?.$unknown !== undefined) options.$unknown = options.$unknown.filter(({ no }) => no !== RULES);
}
