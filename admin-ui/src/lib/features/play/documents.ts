// Inputs and outputs of spans, read when a row comes into view. The stream carries none of them.

import type { ListSpansResponse } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import type { Span } from '../../models/span.ts';

export interface Documents {
  readonly seq: bigint;
  /** JSON text, cut at 4 KiB by the recorder. */
  readonly input: string;
  readonly output: string;
}

export interface ListRequest {
  readonly parentId: string;
  readonly afterSeq: bigint;
  readonly pageSize: number;
}

export class SpanDocuments {
  readonly #byId = new Map<string, Documents>();
  /** The seq for which a span was asked for, so that nothing is asked for twice. */
  readonly #asked = new Map<string, bigint>();
  readonly #list: (request: ListRequest) => Promise<ListSpansResponse>;
  readonly #onChange: () => void;

  constructor(list: (request: ListRequest) => Promise<ListSpansResponse>, onChange: () => void) {
    this.#list = list;
    this.#onChange = onChange;
  }

  get(id: string): Documents | undefined {
    return this.#byId.get(id);
  }

  /** Reads what is missing or old. Siblings come in one call: they are near each other in the order of changes. */
  async want(spans: readonly Span[]): Promise<void> {
    const missing = spans.filter((s) => this.#asked.get(s.id) !== s.seq);
    if (missing.length === 0) return;
    const byParent = new Map<string, Span[]>();
    for (const span of missing) {
      this.#asked.set(span.id, span.seq);
      byParent.set(span.parentId, [...(byParent.get(span.parentId) ?? []), span]);
    }
    await Promise.all([...byParent].map(([parentId, group]) => this.#read(parentId, group)));
  }

  async #read(parentId: string, group: readonly Span[]): Promise<void> {
    const open = new Set(group.map((s) => s.id));
    let afterSeq = group.reduce((min, s) => (s.seq < min ? s.seq : min), group[0]?.seq ?? 1n) - 1n;
    const last = group.reduce((max, s) => (s.seq > max ? s.seq : max), 0n);
    try {
      while (open.size > 0 && afterSeq < last) {
        const page = await this.#list({ parentId, afterSeq, pageSize: Math.max(20, open.size) });
        for (const pb of page.spans) {
          open.delete(pb.spanId);
          this.#byId.set(pb.spanId, { seq: pb.seq, input: pb.input, output: pb.output });
        }
        if (page.nextSeq <= afterSeq) break;
        afterSeq = page.nextSeq;
      }
    } catch {
      // A result column without its text is no reason to stop the page; the next look asks again.
      for (const span of group) if (open.has(span.id)) this.#asked.delete(span.id);
    }
    this.#onChange();
  }
}
