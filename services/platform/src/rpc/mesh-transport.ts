// One transport to services in other processes: the package of a method says whose it is ("herologic.scheduler.v1" -> scheduler).

import type { DescService } from '@bufbuild/protobuf';
import type { Interceptor, Transport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { AT_THE_DOOR } from '../access/guard.ts';
import { toConnectError, toHeroError } from '../errors/connect.ts';
import { HeroError } from '../errors/hero-error.ts';
import { withCallPolicy } from './call-policy.ts';
import { MAX_MESSAGE_BYTES } from './local-transport.ts';
import { createClientTracing } from './tracing.ts';

export interface MeshTransportOptions {
  /** Base URL by service name, for example { scheduler: 'http://127.0.0.1:9832' }. */
  readonly urls: Readonly<Record<string, string>>;
  /** By it services know each other; empty = they ask for none. */
  readonly serviceToken: string;
}

/** A connection whose other end has gone silent is given up after some seconds. */
const KEEP_ALIVE = { pingIntervalMs: 5000, pingTimeoutMs: 5000 } as const;

/** Connections are made when first needed. */
export function createMeshTransport({ urls, serviceToken }: MeshTransportOptions): Transport {
  const interceptors = [createClientTracing(), withToken(serviceToken)];
  const transports = new Map(
    Object.entries(urls).map(([name, baseUrl]) => [
      name,
      withCallPolicy(createGrpcTransport({ ...KEEP_ALIVE, baseUrl, readMaxBytes: MAX_MESSAGE_BYTES, interceptors }), {
        service: name,
      }),
    ]),
  );
  const to = (service: DescService): Transport => {
    const name = service.typeName.split('.')[1] ?? '';
    const found = transports.get(name);
    if (found === undefined) throw new Error(`no address for the service ${name}, which has ${service.typeName}`);
    return found;
  };
  return {
    unary: (method, ...rest) => to(method.parent).unary(method, ...rest),
    stream: (method, ...rest) => to(method.parent).stream(method, ...rest),
  };
}

function withToken(token: string): Interceptor {
  return (next) => async (req) => {
    if (token !== '') req.header.set('authorization', `Bearer ${token}`);
    try {
      return await next(req);
    } catch (error) {
      const { reason, metadata } = toHeroError(error);
      if (reason !== 'UNAUTHENTICATED' || metadata.refused_by !== AT_THE_DOOR.refused_by) throw error;
      const name = req.service.typeName.split('.')[1];
      const how =
        token === ''
          ? 'asks for HERO_LOGIC_SERVICE_TOKEN, which is not set here'
          : 'has another HERO_LOGIC_SERVICE_TOKEN than this one';
      throw toConnectError(new HeroError('UNAVAILABLE', `the service ${name} ${how}; every service needs the same`));
    }
  };
}
