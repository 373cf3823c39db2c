// The executor's spans as the scheduler shows them.

import { createClient, type Transport } from '@connectrpc/connect';
import type { Span } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';

interface Skeleton {
  readonly spans: Span[];
  readonly omitted: bigint;
  readonly count: bigint;
}

interface SpanPage {
  readonly spans: Span[];
  readonly nextSeq: bigint;
}

export interface Spans {
  skeleton(playSid: string, limit: number, abort: AbortSignal): Promise<Skeleton>;
  /** By seq, without inputs, outputs and logs. */
  changedAfter(playSid: string, afterSeq: bigint, atMost: number, abort: AbortSignal): Promise<SpanPage>;
  /** Ends the open spans of a play that ended without a process. */
  close(playSid: string): Promise<void>;
}

/** Nobody should wait long for a play because its tree is slow to come. */
const TIMEOUT_MS = 5000;

export function createSpans(executor: Transport): Spans {
  const client = createClient(SpanService, executor);
  const within = (signal: AbortSignal) => ({ signal, timeoutMs: TIMEOUT_MS });
  return {
    async skeleton(playSid, limit, abort) {
      const reply = await client.getSkeleton({ playSid, limit }, within(abort));
      return { spans: reply.spans, omitted: reply.spansOmitted, count: reply.spanCount };
    },
    async changedAfter(playSid, afterSeq, atMost, abort) {
      const reply = await client.listSpans({ playSid, afterSeq, pageSize: atMost, skeleton: true }, within(abort));
      return { spans: reply.spans, nextSeq: reply.nextSeq };
    },
    async close(playSid) {
      await client.closeSpans({ playSid }, { timeoutMs: TIMEOUT_MS });
    },
  };
}
