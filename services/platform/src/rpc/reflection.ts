// gRPC server reflection over the descriptors that the generated code carries.

import { type DescExtension, type DescFile, type DescService, toBinary } from '@bufbuild/protobuf';
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
    if (kind === 'allExtensionNumbersOfType') {
      const baseTypeName = String(value);
      const extensionNumber = extensionsOf(baseTypeName).map((e) => e.number);
      if (extensionNumber.length === 0 && find(baseTypeName) === undefined) return notFound(baseTypeName);
      return { case: 'allExtensionNumbersResponse' as const, value: { baseTypeName, extensionNumber } };
    }
    const file = fileFor(kind, value);
    if (file === undefined) return notFound(typeof value === 'object' ? JSON.stringify(value) : String(value));
    return { case: 'fileDescriptorResponse' as const, value: { fileDescriptorProto: withImports(file) } };
  }

  const find = (symbol: string) => [...files().values()].find((f) => declares(f, symbol));

  function fileFor(kind: string | undefined, value: unknown): DescFile | undefined {
    if (kind === 'fileByFilename') return files().get(String(value));
    if (kind === 'fileContainingSymbol') return find(String(value));
    if (kind !== 'fileContainingExtension') return undefined;
    const { containingType, extensionNumber } = value as { containingType: string; extensionNumber: number };
    return extensionsOf(containingType).find((e) => e.number === extensionNumber)?.file;
  }

  function extensionsOf(message: string): DescExtension[] {
    return [...files().values()].flatMap((f) => f.extensions).filter((e) => e.extendee.typeName === message);
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

function notFound(what: string) {
  return {
    case: 'errorResponse' as const,
    value: { errorCode: Code.NotFound, errorMessage: `not found: ${what}` },
  };
}

function declares(file: DescFile, symbol: string): boolean {
  const named = [...file.services, ...file.messages, ...file.enums, ...file.extensions];
  return named.some((d) => d.typeName === symbol || symbol.startsWith(`${d.typeName}.`));
}
