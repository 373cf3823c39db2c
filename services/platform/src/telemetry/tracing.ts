/**
 * Traces over OTLP (gRPC), when OTEL_EXPORTER_OTLP_ENDPOINT names a collector; without it nothing here is loaded or run.
 *
 * - Calls become spans through the OpenTelemetry API, whose provider is set here once per process (`rpc/tracing.ts`).
 * - Plays become traces of their own: whoever knows how a span ended hands it over whole (`record`).
 * - A collector that cannot be reached costs the spans that do not fit into the queue, and a line in the log; never a call or a play.
 */

import {
  context,
  DiagLogLevel,
  diag,
  type Link,
  propagation,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { BatchSpanProcessor, ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Log } from '../log.ts';

type Value = string | number | boolean;

/** A span that has ended. Times in milliseconds since the epoch. */
export interface TraceSpan {
  /** 32 and 16 hex digits: `trace-ids.ts`. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, Value>>;
  /** Why it failed; undefined = it did not. */
  readonly error?: string | undefined;
  readonly links?: readonly TraceLink[];
  readonly events?: readonly {
    readonly name: string;
    readonly atMs: number;
    readonly attributes: Readonly<Record<string, Value>>;
  }[];
}

export interface TraceLink {
  readonly traceId: string;
  readonly spanId: string;
  /** Why they belong together: "fork", "parent", "replayed", "started by". */
  readonly relation: string;
}

export interface Tracing {
  record(span: TraceSpan): void;
  /** Sends what is queued. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** "http://collector:4317" */
  readonly endpoint: string;
  /** Share of traces that are kept, 0 to 1. */
  readonly ratio: number;
  readonly service: string;
  readonly version: string;
  readonly log: Log;
}

const CLOSE_WITHIN_MS = 3000;

export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const [sdk, { OTLPTraceExporter }, { AsyncLocalStorageContextManager }, core, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-grpc'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/core'),
      import('@opentelemetry/resources'),
    ]);
  logTrouble(options.log);
  const resource = resourceFromAttributes({
    'service.name': `hero-logic-${options.service}`,
    'service.version': options.version,
  });
  const processor = new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: options.endpoint }) });
  const sampler = new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(options.ratio) });
  const provider = new sdk.TracerProvider({ resource, sampler, spanProcessors: [processor] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
  const isKept = createRatio(options.ratio);
  return {
    record(span) {
      if (isKept(span.traceId)) processor.onEnd(readable(span, { resource, version: options.version }));
    },
    async close() {
      // Whatever is still on its way then is lost: a stop must not wait for a collector.
      await Promise.race([
        provider.shutdown().catch(() => undefined),
        new Promise((done) => setTimeout(done, CLOSE_WITHIN_MS).unref()),
      ]);
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

/** By the random half of the id, so that all services keep the same plays. */
function createRatio(ratio: number): (traceId: string) => boolean {
  const bound = ratio * 2 ** 32;
  return (traceId) => Number.parseInt(traceId.slice(-8), 16) < bound;
}

/** What the exporter has to say goes to our log, at most once a minute. */
function logTrouble(log: Log): void {
  let quietUntil = 0;
  const say = (message: string, ...details: unknown[]) => {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + 60_000;
    log.warn({ detail: [message, ...details].map(String).join(' ').slice(0, 500) }, 'traces could not be sent');
  };
  const ignore = () => {};
  diag.setLogger(
    { error: say, warn: say, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

function readable(
  span: TraceSpan,
  of: { readonly resource: ReadableSpan['resource']; readonly version: string },
): Parameters<BatchSpanProcessor['onEnd']>[0] {
  const at = (spanId: string, traceId = span.traceId) => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  const links: Link[] = (span.links ?? []).map(({ traceId, spanId, relation }) => ({
    context: at(spanId, traceId),
    attributes: { 'hero.relation': relation },
  }));
  return {
    name: span.name,
    kind: 0,
    spanContext: () => at(span.spanId),
    ...(span.parentSpanId === undefined ? {} : { parentSpanContext: at(span.parentSpanId) }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.endMs),
    duration: hrTime(Math.max(0, span.endMs - span.startMs)),
    ended: true,
    status:
      span.error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: span.error },
    attributes: { ...span.attributes },
    links,
    events: (span.events ?? []).map(({ name, atMs, attributes }) => ({
      name,
      time: hrTime(atMs),
      attributes: { ...attributes },
      droppedAttributesCount: 0,
    })),
    resource: of.resource,
    instrumentationScope: { name: 'hero-logic.plays', version: of.version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
