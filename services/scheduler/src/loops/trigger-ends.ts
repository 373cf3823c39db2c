// Looks for ends of plays that triggers have started: soon after plays end, but so that looking takes a tenth of the time at most.

import type { Clock, Log, Loop, Signals } from '@hero-logic/platform';
import { createDueLoop } from './due-loop.ts';

const GAP_MS = 100;
const RECHECK_MS = 5000;
const SHARE = 10;

export interface TriggerEndsOptions {
  readonly clock: Clock;
  readonly signals: Signals;
  readonly log: Log;
  /** Published whenever a play ends. */
  readonly topic: string;
  /** Whether there is anything to look for. */
  readonly hasWork: () => Promise<boolean>;
  readonly look: () => Promise<void>;
}

export function createTriggerEnds(options: TriggerEndsOptions): Loop {
  const { clock, signals, log, topic, hasWork, look } = options;
  let ended = true;
  let last = 0;
  let gapMs = GAP_MS;
  const loop = createDueLoop({
    ...{ clock, signals, log },
    name: 'trigger-ends',
    topics: [topic],
    nextDue: async () => ((await hasWork()) ? last + (ended ? gapMs : RECHECK_MS) : undefined),
    async turn() {
      ended = false;
      const begin = clock.now();
      await look();
      last = clock.now();
      gapMs = Math.max(GAP_MS, SHARE * (last - begin));
    },
  });
  return {
    name: loop.name,
    async run(signal) {
      const stop = signals.subscribe(topic, () => {
        ended = true;
      });
      await loop.run(signal);
      stop();
    },
  };
}
