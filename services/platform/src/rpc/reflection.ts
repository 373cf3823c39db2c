// gRPC server reflection over the descriptors that the generated code carries.

import { type DescFile, type DescService, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { ConnectRouter } from '@connectrpc/connect';
import { Code } from '@connectrpc/connect';
import { ServerReflection as V1 } from '@hero-logic/proto/grpc/reflection/v1/reflection_pb';
import { ServerReflection as V1Alpha } from '@hero-logic/proto/grpc/reflection/v1alpha/reflection_pb';

interface Question {
  readonly host: string;
  readonly messageRequest: { case: string | undefined; value?: unknown };
}

export function createReflection(services: () => readonly DescService[]): (router: ConnectRouter) => void {
  function files(): Map<string, DescFile> {
    const found = new Map<string, DescFile>();
    const add = (file: DescFile) => {
      if (found.has(file.proto.name)) return;
      found.set(file.proto.name, file);
      for (const dependency of file.dependencies) add(dependency);
    };
    for (const service of services()) add(service.file);
    return found;
  }

  function withImports(file: DescFile): Uint8Array[] {
    const seen = new Set<string>();
    const bytes: Uint8Array[] = [];
    const add = (f: DescFile) => {
      if (seen.has(f.proto.name)) return;
      seen.add(f.proto.name);
      bytes.push(toBinary(FileDescriptorProtoSchema, f.proto));
      for (const dependency of f.dependencies) add(dependency);
    };
    add(file);
    return bytes;
  }

  function answer(question: Question) {
    const { case: kind, value } = question.messageRequest;
    if (kind === 'listServices') {
      const service = services().map((s) => ({ name: s.typeName }));
      return { case: 'listServicesResponse' as const, value: { service } };
    }
    const file =
      kind === 'fileByFilename'
        ? files().get(String(value))
        : kind === 'fileContainingSymbol'
          ? [...files().values()].find((f) => declares(f, String(value)))
          : undefined;
    if (file === undefined) {
      return {
        case: 'errorResponse' as const,
        value: { errorCode: Code.NotFound, errorMessage: `not found: ${String(value)}` },
      };
    }
    return { case: 'fileDescriptorResponse' as const, value: { fileDescriptorProto: withImports(file) } };
  }

  async function* info(questions: AsyncIterable<Question>) {
    for await (const question of questions) {
      yield { validHost: question.host, messageResponse: answer(question) };
    }
  }

  return (router) => {
    router.service(V1, { serverReflectionInfo: info });
    router.service(V1Alpha, { serverReflectionInfo: info });
  };
}

function declares(file: DescFile, symbol: string): boolean {
  const named = [...file.services, ...file.messages, ...file.enums];
  return named.some((d) => d.typeName === symbol || symbol.startsWith(`${d.typeName}.`));
}
