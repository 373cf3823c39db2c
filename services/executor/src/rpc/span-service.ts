// SpanService: reads what is durable, and feeds single events into the record of a play.

import type { ServiceImpl } from '@connectrpc/connect';
import { pageSize } from '@hero-logic/platform';
import type { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import type { SpanStore, StepStore } from '../domain/ports.ts';
import type { CloseSpans } from '../outside/close-spans.ts';
import type { PlayDirectory } from '../outside/play-directory.ts';
import type { PushEvent } from '../outside/push-event.ts';
import { readSteps } from './read-steps.ts';
import { readSkeleton } from './skeleton.ts';
import { logToPb, spanToPb } from './span-codec.ts';

const PAGE = { usual: 200, most: 5000 };
const SKELETON = { usual: 1000, most: 5000 };
const LOGS_PER_SPAN = 100;

export interface SpanServiceDeps {
  readonly spans: SpanStore;
  readonly steps: StepStore;
  readonly plays: PlayDirectory;
  readonly push: PushEvent;
  readonly closeSpans: CloseSpans;
}

export function createSpanService(deps: SpanServiceDeps): ServiceImpl<typeof SpanService> {
  const { spans, plays } = deps;

  /** Nothing may mean "no such play". */
  async function mustExist(playSid: string): Promise<void> {
    const { count } = await spans.summary(playSid);
    if (count === 0 && (await spans.logSummary(playSid)).seq === 0) await plays.mustExist(playSid);
  }

  return {
    async listSpans({ playSid, afterSeq, parentId, pageSize: asked, skeleton }) {
      const page = { afterSeq: Number(afterSeq), limit: pageSize(asked, PAGE.usual, PAGE.most), parentId };
      const found = skeleton ? await spans.listSkeletons(playSid, page) : await spans.list(playSid, page);
      const last = found.at(-1);
      if (last === undefined) {
        await mustExist(playSid);
        return { spans: [], nextSeq: afterSeq };
      }
      const nextSeq = BigInt(last.seq);
      if (skeleton) return { spans: found.map((record) => spanToPb(playSid, record)), nextSeq };
      const ids = found.map(({ span }) => span.spanId);
      const logs = await spans.lastLogs(playSid, ids, LOGS_PER_SPAN);
      return {
        spans: found.map((record) => {
          const { input = '', output = '' } = record;
          return spanToPb(playSid, record, { input, output, logs: logs.get(record.span.spanId) ?? [] });
        }),
        nextSeq,
      };
    },

    async listLogs({ playSid, spanId, afterSeq, pageSize: asked }) {
      const lines = await spans.listLogs(playSid, {
        afterSeq: Number(afterSeq),
        limit: pageSize(asked, PAGE.usual, PAGE.most),
        spanId: spanId === '' ? undefined : spanId,
      });
      if (lines.length === 0) await mustExist(playSid);
      return { logs: lines.map(logToPb), nextSeq: BigInt(lines.at(-1)?.seq ?? afterSeq) };
    },

    async listSteps({ playSid, after, pageSize: asked }) {
      const page = await readSteps(deps.steps, playSid, Number(after), pageSize(asked, PAGE.usual, PAGE.most));
      if (page.steps.length === 0) await mustExist(playSid);
      return { steps: [...page.steps], next: BigInt(page.next ?? 0) };
    },

    async getSkeleton({ playSid, limit }) {
      const found = await readSkeleton(spans, playSid, pageSize(limit, SKELETON.usual, SKELETON.most));
      return {
        spans: found.records.map((record) => spanToPb(playSid, record)),
        spansOmitted: BigInt(found.count - found.records.length),
        spanCount: BigInt(found.count),
        seq: BigInt(found.seq),
      };
    },

    async pushSpanEvent({ playSid, event }) {
      await deps.push(playSid, event);
      return { accepted: true };
    },

    async closeSpans({ playSid }) {
      return { closed: BigInt(await deps.closeSpans(playSid)) };
    },
  };
}
