/**
 * What a play may ask of the services: the calls of the registry and the bench, under the names that callers know them by. Requests and
 * replies are the messages of proto/ in their JSON form, with the field names of the proto files.
 *
 * - Calls that change something are for versions whose limits say `services: "write"`; nothing is deleted, archived or renamed by a play.
 *   A play gives nobody limits: what it writes runs under the defaults, so that no play can write itself more rights than it has.
 * - Where a request has a request id, it is made of the play and the span that asks: a repetition after a crash is the same call.
 */

import { createHash } from 'node:crypto';
import {
  type DescMethodUnary,
  type DescService,
  fromJson,
  getOption,
  hasOption,
  type Message,
  toJson,
} from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { HeroError, invalid, writePrincipal } from '@hero-logic/platform';
import { BenchmarkService } from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import { ChoiceService } from '@hero-logic/proto/herologic/bench/v1/choice_service_pb';
import { json_rpc } from '@hero-logic/proto/herologic/options/v1/options_pb';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { LibraryService } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';

export interface ServiceCall {
  readonly method: string;
  /** JSON text of an object. */
  readonly params: string;
  readonly playSid: string;
  readonly spanId: string;
  /** That of the play: it sees nothing of others. */
  readonly namespace: string;
  /** As the limits of the version say; anything but 'write' is read. */
  readonly right: string;
}

export type CallService = (call: ServiceCall, abort: AbortSignal) => Promise<unknown>;

const REGISTRY = [LibraryService, WorkflowService, ExampleService];
const BENCH = [BenchmarkService, ChoiceService];
const WRITES: readonly string[] = [
  'workflow_create',
  'workflow_create_version',
  'workflow_set_current_version',
  'example_upsert',
  'benchmark_run',
  'benchmark_cancel',
];
/** google.protobuf.MethodOptions.IdempotencyLevel.NO_SIDE_EFFECTS */
const NO_SIDE_EFFECTS = 1;
const TIMEOUT_MS = 60_000;

export function createServiceCalls(to: { readonly registry: Transport; readonly bench: Transport }): CallService {
  const methods = new Map([...methodsByName(REGISTRY, to.registry), ...methodsByName(BENCH, to.bench)]);
  return async ({ method: name, params, playSid, spanId, namespace, right }, abort) => {
    const found = methods.get(name);
    if (found === undefined) {
      throw new HeroError(
        'METHOD_NOT_FOUND',
        `a play cannot call "${name}"; it can call ${[...methods.keys()].join(', ')}`,
      );
    }
    if (WRITES.includes(name) && right !== 'write') {
      throw new HeroError(
        'PERMISSION_DENIED',
        `"${name}" changes something, and the limits of this version do not allow that: write the version with limits {"services": "write"}, or invoke a flow that has them with spawn=True`,
      );
    }
    const { method, transport } = found;
    const request = requestOf(method, params);
    forbidLimits(request);
    if ('requestId' in request && request.requestId === '') request.requestId = requestId(playSid, spanId);
    const { message } = await transport.unary(method, abort, TIMEOUT_MS, inNamespace(namespace), request as Message);
    return toJson(method.output, message as Message, { useProtoFieldName: true, alwaysEmitImplicit: true });
  };
}

function inNamespace(namespace: string): Headers {
  const headers = new Headers();
  writePrincipal(headers, { name: '', role: 'service', namespace });
  return headers;
}

function methodsByName(services: readonly DescService[], transport: Transport) {
  const found = new Map<string, { readonly method: DescMethodUnary; readonly transport: Transport }>();
  for (const method of services.flatMap((service) => service.methods)) {
    if (method.methodKind !== 'unary' || !hasOption(method, json_rpc)) continue;
    const { name } = getOption(method, json_rpc);
    if (method.idempotency === NO_SIDE_EFFECTS || WRITES.includes(name))
      found.set(name, { method: method as DescMethodUnary, transport });
  }
  return found;
}

function requestOf(method: DescMethodUnary, params: string): Message & Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(params === '' ? '{}' : params);
    return fromJson(method.input, value as Parameters<typeof fromJson>[1]) as Message & Record<string, unknown>;
  } catch (error) {
    throw invalid([{ field: 'params', description: (error as Error).message }]);
  }
}

function forbidLimits(request: Record<string, unknown>): void {
  if (request.limits === undefined) return;
  throw invalid([{ field: 'limits', description: 'cannot be given by a play' }]);
}

/** Of the form that the services take: 1 to 100 characters. */
function requestId(playSid: string, spanId: string): string {
  return createHash('sha256').update(`call|${playSid}|${spanId}`).digest('hex').slice(0, 40);
}
