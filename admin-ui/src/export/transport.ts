// Answers the calls of the viewer from the page itself.

import { createRouterTransport } from '@connectrpc/connect';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { recorded } from './recorded.ts';

const MOST = 5000;

export const transport = createRouterTransport(({ service }) => {
  service(PlayService, {
    async *watchPlay(_request, { signal }) {
      const { play, spans } = recorded;
      yield { play, spans: [...spans], seq: spans.at(-1)?.seq ?? 0n, caughtUp: true };
      // Nothing comes after it. A stream that ends before its play has is asked for again.
      if (play.completedAt === undefined) await new Promise((done) => signal.addEventListener('abort', done));
    },
  });
  service(SpanService, {
    listSpans({ afterSeq, parentId, pageSize }) {
      const fit = recorded.spans.filter((s) => s.seq > afterSeq && (parentId === undefined || s.parentId === parentId));
      const spans = fit.slice(0, pageSize || MOST);
      return { spans, nextSeq: spans.at(-1)?.seq ?? afterSeq };
    },
    listLogs({ afterSeq, spanId, pageSize }) {
      const fit = recorded.logs.filter((l) => l.seq > afterSeq && (spanId === '' || l.spanId === spanId));
      const logs = fit.slice(0, pageSize || MOST);
      return { logs, nextSeq: logs.at(-1)?.seq ?? afterSeq };
    },
  });
  service(WorkflowService, { getVersion: () => ({ pythonSource: recorded.source }) });
});
