// PlayDataService: for the scheduler, which decides when plays come and go.

import type { ServiceImpl } from '@connectrpc/connect';
import type {
  ImportRecordRequest,
  PlayDataService,
} from '@hero-logic/proto/herologic/executor/v1/play_data_service_pb';
import type { PlayBatch, Stores } from '../domain/ports.ts';
import { logFromPb, spanFromPb } from './span-codec.ts';

const ROWS_PER_BATCH = 500;

export function createPlayDataService(stores: Stores): ServiceImpl<typeof PlayDataService> {
  return {
    async removePlays({ playSids }) {
      await stores.removePlays(playSids);
      return {};
    },
    async importRecord(request) {
      for (const batch of batchesOf(request)) await stores.writeBatch(() => batch);
      return {};
    },
    measurePlays: async ({ playSids }) => ({ bytes: BigInt(await stores.measurePlays(playSids)) }),
  };
}

/** Steps and lines before the spans that they belong to: a tree that is there is whole. */
function* batchesOf({ playSid, versionSid, spans, logs, steps }: ImportRecordRequest): Iterable<PlayBatch> {
  const none = { playSid, spans: [], logs: [], steps: [] };
  const known = { versionSid, spansBefore: 0, optional: false };
  const outputs = steps.map(({ stepKey, spanId, name, output, within }) => ({
    ...{ stepKey, spanId, name, output, within },
    ...known,
  }));
  for (const part of partsOf(outputs)) yield { ...none, steps: part };
  for (const part of partsOf(logs.map(logFromPb))) yield { ...none, logs: part };
  for (const part of partsOf(spans.map(spanFromPb))) yield { ...none, spans: part };
}

function* partsOf<T>(rows: readonly T[]): Iterable<readonly T[]> {
  for (let from = 0; from < rows.length; from += ROWS_PER_BATCH) yield rows.slice(from, from + ROWS_PER_BATCH);
}
