// Spans of calls, and the header traceparent between processes. Without a tracer provider (`telemetry/tracing.ts`) both hand the call on.

import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { context, propagation, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { playSpanId, traceIdOf } from '../telemetry/trace-ids.ts';

const tracer = trace.getTracer('hero-logic.rpc');

/** Nobody asks for traces, or it is a probe: those come every few seconds for ever. */
function isUntraced(req: Request): boolean {
  return propagation.fields().length === 0 || req.service.typeName.startsWith('grpc.');
}

/** Runs `call` in the context that the headers of an HTTP request name. */
export function inCallersTrace<T>(headers: Readonly<Record<string, string | string[] | undefined>>, call: () => T): T {
  if (headers.traceparent === undefined) return call();
  return context.with(propagation.extract(context.active(), headers), call);
}

/** The header traceparent that names the span we are in; undefined = none. */
export function traceParent(): string | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

export function createServerTracing(): Interceptor {
  return (next) => async (req) => {
    if (isUntraced(req)) return next(req);
    const parent = propagation.extract(context.active(), req.header, {
      get: (h, key) => h.get(key) ?? undefined,
      keys: (h) => [...h.keys()],
    });
    return inSpan(SpanKind.SERVER, req, parent, () => next(req));
  };
}

export function createClientTracing(): Interceptor {
  return (next) => async (req) => {
    if (isUntraced(req)) return next(req);
    return inSpan(SpanKind.CLIENT, req, context.active(), () => {
      propagation.inject(context.active(), req.header, { set: (h, key, value) => h.set(key, value) });
      return next(req);
    });
  };
}

/** Links the call we are in to the trace of a play that it started. */
export function linkToPlay(playSid: string): void {
  const span = trace.getActiveSpan();
  if (span === undefined) return;
  const to = { traceId: traceIdOf(playSid), spanId: playSpanId(playSid), traceFlags: TraceFlags.SAMPLED };
  span.addLink({ context: to, attributes: { 'hero.relation': 'started' } });
}

type Request = Parameters<ReturnType<Interceptor>>[0];
type Response = Awaited<ReturnType<ReturnType<Interceptor>>>;

async function inSpan(
  kind: SpanKind,
  req: Request,
  parent: ReturnType<typeof context.active>,
  call: () => Promise<Response>,
): Promise<Response> {
  const attributes = {
    'rpc.system': 'connect_rpc',
    'rpc.service': req.service.typeName,
    'rpc.method': req.method.name,
  };
  const span = tracer.startSpan(`${req.service.typeName}/${req.method.name}`, { kind, attributes }, parent);
  const inside = trace.setSpan(parent, span);
  try {
    const response = await context.with(inside, call);
    if (response.stream) return { ...response, message: endWith(response.message, span) };
    span.end();
    return response;
  } catch (error) {
    fail(span, error);
    throw error;
  }
}

async function* endWith<T>(messages: AsyncIterable<T>, span: Span): AsyncIterable<T> {
  try {
    yield* messages;
    span.end();
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    // Nobody reads on. Ended twice is ended once.
    if (span.isRecording()) span.end();
  }
}

/** A call that its caller ended is none that failed. */
function fail(span: Span, error: unknown): void {
  const { code, rawMessage } = ConnectError.from(error);
  span.setAttribute('rpc.connect_rpc.error_code', Code[code].toLowerCase());
  if (code !== Code.Canceled) span.setStatus({ code: SpanStatusCode.ERROR, message: rawMessage });
  span.end();
}
