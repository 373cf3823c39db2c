// Contract: one h2c port serves gRPC and Connect; field rules are checked and named; health says SERVING until the drain; reflection lists
// the services and gives their files; an error inside a handler leaves as INTERNAL without its words.

import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { ErrorInfoSchema } from '@hero-logic/proto/google/rpc/error_details_pb';
import { Health, HealthCheckResponse_ServingStatus as Status } from '@hero-logic/proto/grpc/health/v1/health_pb';
import { ServerReflection } from '@hero-logic/proto/grpc/reflection/v1/reflection_pb';
import { json_rpc } from '@hero-logic/proto/herologic/options/v1/options_pb';
import { PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpenGuard } from '../access/guard.ts';
import { toHeroError } from '../errors/connect.ts';
import { HeroError } from '../errors/hero-error.ts';
import { silentLog } from '../log.ts';
import { createRpcServer, type RpcServer } from './server.ts';

const METHOD_OPTIONS = 'google.protobuf.MethodOptions';

let server: RpcServer;
let baseUrl: string;

beforeAll(async () => {
  server = await createRpcServer({
    host: '127.0.0.1',
    port: 0,
    log: silentLog,
    guard: createOpenGuard('admin'),
    routes: [
      (router) =>
        router.service(PlayService, {
          getPlay(request) {
            if (request.playSid === 'none')
              throw new HeroError('PLAY_NOT_FOUND', 'no such play', { metadata: { play_sid: 'none' } });
            if (request.playSid === 'broken') throw new TypeError('secret');
            return create(PlaySchema, { sid: request.playSid });
          },
        }),
    ],
  });
  baseUrl = `http://127.0.0.1:${server.port}`;
});
afterAll(() => server.close(100));

describe.each([
  ['gRPC', () => createGrpcTransport({ baseUrl })],
  ['Connect', () => createConnectTransport({ baseUrl, httpVersion: '2' })],
] as const)('over %s', (_name, transport) => {
  it('answers, refuses by field, and maps errors', async () => {
    const plays = createClient(PlayService, transport());
    expect((await plays.getPlay({ playSid: 'x' })).sid).toBe('x');
    const empty = toHeroError(await plays.getPlay({}).catch((e: unknown) => e));
    expect(empty.violations.map((v) => v.field)).toEqual(['play_sid']);
    const none = toHeroError(await plays.getPlay({ playSid: 'none' }).catch((e: unknown) => e));
    expect(none).toMatchObject({ reason: 'PLAY_NOT_FOUND', metadata: { play_sid: 'none' } });
    const broken = ConnectError.from(await plays.getPlay({ playSid: 'broken' }).catch((e: unknown) => e));
    expect(broken.code).toBe(Code.Internal);
    expect(broken.message).not.toContain('secret');
    const unimplemented = ConnectError.from(await plays.cancelPlay({ playSid: 'x' }).catch((e: unknown) => e));
    expect(unimplemented.code).toBe(Code.Unimplemented);
  });
});

it('says how it is and what it serves', async () => {
  const transport = createGrpcTransport({ baseUrl });
  const health = createClient(Health, transport);
  expect((await health.check({})).status).toBe(Status.SERVING);
  expect((await health.check({ service: PlayService.typeName })).status).toBe(Status.SERVING);
  const unknown = ConnectError.from(await health.check({ service: 'x' }).catch((e: unknown) => e));
  expect(unknown.code).toBe(Code.NotFound);
  expect(unknown.findDetails(ErrorInfoSchema)[0]?.reason, 'a question about no service is no fault of ours').toBe(
    'METHOD_NOT_FOUND',
  );

  async function* questions() {
    yield { messageRequest: { case: 'listServices' as const, value: '' } };
    yield { messageRequest: { case: 'fileContainingSymbol' as const, value: `${PlayService.typeName}.GetPlay` } };
    yield { messageRequest: { case: 'fileContainingSymbol' as const, value: 'no.such.Symbol' } };
    yield { messageRequest: { case: 'fileContainingSymbol' as const, value: Health.typeName } };
    yield { messageRequest: { case: 'allExtensionNumbersOfType' as const, value: METHOD_OPTIONS } };
    const extension = { containingType: METHOD_OPTIONS, extensionNumber: json_rpc.number };
    yield { messageRequest: { case: 'fileContainingExtension' as const, value: extension } };
    const unknown = { containingType: METHOD_OPTIONS, extensionNumber: 1 };
    yield { messageRequest: { case: 'fileContainingExtension' as const, value: unknown } };
  }
  const answers = [];
  for await (const answer of createClient(ServerReflection, transport).serverReflectionInfo(questions()))
    answers.push(answer.messageResponse);
  expect(answers[0]).toMatchObject({
    case: 'listServicesResponse',
    value: {
      service: expect.arrayContaining(
        [PlayService, Health, ServerReflection].map((s) => expect.objectContaining({ name: s.typeName })),
      ),
    },
  });
  expect(answers[1]?.case === 'fileDescriptorResponse' && answers[1].value.fileDescriptorProto.length > 5).toBe(true);
  expect(answers[2]?.case).toBe('errorResponse');
  // The tools that list services call them by what they then learn, custom options and all.
  expect(answers[3]?.case).toBe('fileDescriptorResponse');
  expect(answers[4]).toMatchObject({ value: { extensionNumber: expect.arrayContaining([json_rpc.number]) } });
  expect(answers[5]?.case).toBe('fileDescriptorResponse');
  expect(answers[6]).toMatchObject({ value: { errorMessage: expect.stringContaining(METHOD_OPTIONS) } });
});
