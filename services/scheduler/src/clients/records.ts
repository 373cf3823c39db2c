// What a play recorded elsewhere, given to the executor to keep.

import { createClient, type Transport } from '@connectrpc/connect';
import { toHeroError } from '@hero-logic/platform';
import { PlayDataService } from '@hero-logic/proto/herologic/executor/v1/play_data_service_pb';
import type { LogLine, Span } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import type { RecordedStep } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';

export interface PlayRecord {
  readonly playSid: string;
  readonly versionSid: string;
  readonly spans: Span[];
  readonly logs: LogLine[];
  readonly steps: RecordedStep[];
}

export type WriteRecord = (record: PlayRecord) => Promise<void>;

const WRITE_MS = 60_000;

export function createWriteRecord(executor: Transport): WriteRecord {
  const client = createClient(PlayDataService, executor);
  return async (record) => {
    try {
      await client.importRecord(record, { timeoutMs: WRITE_MS });
    } catch (error) {
      throw toHeroError(error);
    }
  };
}
