// Keeps the vectors of the library up to date. When the endpoint fails, the next try is later and later, up to five minutes.

import type { Clock, Log, Loop } from '@hero-logic/platform';
import type { Semantic } from '../domain/library/semantic.ts';
import type { WorkflowStore } from '../domain/ports.ts';

const EVERY_MS = 5000;
const LONGEST_MS = 300_000;

export interface EmbeddingsLoopOptions {
  readonly semantic: Semantic;
  readonly store: Pick<WorkflowStore, 'searchable'>;
  readonly clock: Clock;
  readonly log: Log;
}

export function createEmbeddingsLoop({ semantic, store, clock, log }: EmbeddingsLoopOptions): Loop {
  return {
    name: 'embeddings',
    async run(stop) {
      let pause = EVERY_MS;
      while (!stop.aborted) {
        try {
          await semantic.follow(await store.searchable(), stop);
          pause = EVERY_MS;
        } catch (error) {
          pause = Math.min(LONGEST_MS, pause * 2);
          if (!stop.aborted) log.warn({ err: error, retry_ms: pause }, 'flows could not be embedded');
        }
        await clock.sleep(pause, stop);
      }
    },
  };
}
