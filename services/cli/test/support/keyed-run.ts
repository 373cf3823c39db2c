// A local run that asks for keys, with a key of each role, and its doors: what the tests of access and of namespaces share.

import { readdirSync } from 'node:fs';
import { create, type DescMethod, type DescService, type Message } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { type Role, toHeroError } from '@hero-logic/platform';
import { cli, type LocalRun, startLocalRun } from './local-run.ts';

export const ADMIN_KEY = 'the-admin-key-of-this-test-0123456789';
export const RANKS = ['viewer', 'operator', 'author', 'admin', 'service'] as const;
export const CALLERS = ['viewer', 'operator', 'author', 'admin'] as const;
export const REFUSALS = ['UNAUTHENTICATED', 'PERMISSION_DENIED', 'METHOD_NOT_FOUND'];
const generated = new URL('../../../../proto/gen/herologic/', import.meta.url);

export interface KeyedRun {
  readonly run: LocalRun;
  /** A key of each role, for all namespaces. */
  readonly keys: ReadonlyMap<Role, string>;
  readonly http: Transport;
  readonly grpc: Transport;
  asAdmin(args: string[], key?: string): ReturnType<typeof cli>;
  rpc(
    method: string,
    params: object,
    key: string | undefined,
    more?: Record<string, string>,
  ): Promise<{ result?: never; error?: { code: number; data?: { reason?: string } }; reason: string }>;
}

export async function startKeyedRun(): Promise<KeyedRun> {
  const run = await startLocalRun({ env: { HERO_LOGIC_ACCESS: 'keys', HERO_LOGIC_ADMIN_KEY: ADMIN_KEY } });
  const asAdmin = (args: string[], key = ADMIN_KEY) => cli({ ...run, env: { ...run.env, HERO_LOGIC_KEY: key } }, args);
  const keys = new Map<Role, string>();
  for (const role of CALLERS)
    keys.set(role, (await asAdmin(['key', 'create', `the ${role}`, '--role', role])).stdout.trim());
  return {
    ...{ run, keys, asAdmin },
    http: createConnectTransport({ baseUrl: run.url, httpVersion: '1.1' }),
    grpc: createGrpcTransport({ baseUrl: `http://127.0.0.1:${run.port + 1}` }),
    async rpc(method, params, key, more = {}) {
      const response = await fetch(`${run.url}/rpc`, {
        method: 'POST',
        headers: { ...bearer(key), ...more },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      });
      const reply = (await response.json()) as { result?: never; error?: { code: number; data?: { reason?: string } } };
      return { ...reply, reason: reply.error?.data?.reason ?? '' };
    },
  };
}

const bearer = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

export async function allMethods(): Promise<DescMethod[]> {
  const files = readdirSync(generated, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('_pb.js'));
  const modules = await Promise.all(files.map((file) => import(new URL(file, generated).href)));
  const services = modules
    .flatMap((module) => Object.values(module) as DescService[])
    .filter((d) => d.kind === 'service');
  return services.flatMap((service) => service.methods);
}

/** The reason that a call ends with, with an empty request unless told; empty when it ends well. */
export async function reasonOf(
  transport: Transport,
  method: DescMethod,
  key: string | undefined,
  message: Message = create(method.input),
  more: Record<string, string> = {},
): Promise<string> {
  const signal = AbortSignal.timeout(20_000);
  try {
    if (method.methodKind === 'unary') {
      await transport.unary(method as never, signal, undefined, { ...bearer(key), ...more }, message as never);
    } else {
      const requests = (async function* () {
        yield message;
      })();
      const reply = await transport.stream(
        method as never,
        signal,
        undefined,
        { ...bearer(key), ...more },
        requests as never,
      );
      for await (const _ of reply.message) break;
    }
    return '';
  } catch (error) {
    return toHeroError(error).reason;
  }
}
