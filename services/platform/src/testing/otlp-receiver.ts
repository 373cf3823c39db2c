// A real OTLP receiver over gRPC: what an exporter sends is decoded by the protocol's field numbers and kept.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createFileRegistry, type DescService, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import { createOpenGuard } from '../access/guard.ts';
import { silentLog } from '../log.ts';
import { createRpcServer } from '../rpc/server.ts';

export interface ReceivedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** "" = it is the outermost. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly relation: unknown }[];
  readonly events: readonly string[];
  readonly error: string | undefined;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  /** Resolves when a span for which this holds has come. */
  until(holds: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan>;
  close(): Promise<void>;
}

interface KeyValue {
  readonly key: string;
  readonly value?: { readonly value: { readonly value?: string | number | boolean | bigint } };
}

interface Message {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

interface WireSpan {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  readonly name: string;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: readonly KeyValue[];
  readonly links: readonly { traceId: Uint8Array; spanId: Uint8Array; attributes: readonly KeyValue[] }[];
  readonly events: readonly { readonly name: string }[];
  readonly status?: { readonly code: number; readonly message: string };
}

export async function createOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const waiting = new Set<() => void>();
  const take = (message: Message) => {
    spans.push(...spansOf(message));
    for (const look of [...waiting]) look();
    return {};
  };
  const handlers = Object.fromEntries([['export', take]]) as unknown as Partial<ServiceImpl<DescService>>;
  const server = await createRpcServer({
    host: '127.0.0.1',
    port: 0,
    log: silentLog,
    guard: createOpenGuard('admin'),
    routes: [(router) => router.service(traceService(), handlers)],
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    spans,
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          const found = spans.find(holds);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: () => server.close(100),
  };
}

/** Compiled when a test asks: nothing of it is part of the product. */
function traceService(): DescService {
  const folder = fileURLToPath(new URL('otlp', import.meta.url));
  const built = spawnSync('buf', ['build', folder, '--as-file-descriptor-set', '-o', '-#format=binpb']);
  if (built.status !== 0) throw new Error(`buf build failed: ${built.stderr}`);
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, built.stdout));
  const service = registry.getService('opentelemetry.proto.collector.trace.v1.TraceService');
  if (service === undefined) throw new Error('the proto of OTLP has no TraceService');
  return service;
}

function spansOf({ resourceSpans }: Message): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(attributesOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => spanOf(service, span)));
  });
}

function spanOf(service: string, span: WireSpan): ReceivedSpan {
  return {
    service,
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    name: span.name,
    startMs: Number(span.startTimeUnixNano / 1000n) / 1000,
    endMs: Number(span.endTimeUnixNano / 1000n) / 1000,
    attributes: attributesOf(span.attributes),
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      traceId: hex(traceId),
      spanId: hex(spanId),
      relation: attributesOf(attributes)['hero.relation'],
    })),
    events: span.events.map(({ name }) => name),
    error: span.status?.code === 2 ? span.status.message : undefined,
  };
}

function attributesOf(pairs: readonly KeyValue[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => {
      const plain = value?.value.value ?? '';
      return [key, typeof plain === 'bigint' ? Number(plain) : plain];
    }),
  );
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
