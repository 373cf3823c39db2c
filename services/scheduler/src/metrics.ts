// What the scheduler tells those who watch it: how long the queue is and how old, what is leased, what waits for people, what ended how.

import type { Clock, Log, Meter } from '@hero-logic/platform';
import type { PlayWatcher } from './domain/commands/deps.ts';
import { isTerminal, type PlayStatus } from './domain/play.ts';
import type { ReadPlayFigures } from './domain/play-figures.ts';

export interface SchedulerMetricsDeps {
  readonly meter: Meter;
  readonly figures: ReadPlayFigures;
  readonly clock: Clock;
  readonly log: Log;
}

export function createSchedulerMetrics({ meter, figures, clock, log }: SchedulerMetricsDeps): PlayWatcher {
  addFigures(meter, figures, clock, log);
  const waits = meter.createHistogram('hero_queue_wait_seconds', {
    description: 'From the moment at which a play was ready to the one at which an executor had it.',
  });
  const claims = meter.createCounter('hero_claims_total', { description: 'Plays handed to an executor.' });
  const ended = meter.createCounter('hero_plays_ended_total', { description: 'Plays that ended, by how.' });
  const expired = meter.createCounter('hero_leases_expired_total', {
    description: 'Leases that ran out: an executor died, or could not reach the scheduler.',
  });
  const seen = createRecent(10_000);
  return {
    claimed(plays, now) {
      claims.add(plays.length);
      for (const play of plays) waits.record(Math.max(0, now - (play.readyAt ?? play.createdAt)) / 1000);
    },
    changed({ sid, status }) {
      if (isTerminal(status) && seen.isNew(sid)) ended.add(1, { status });
    },
    leaseExpired: () => expired.add(1),
  };
}

function addFigures(meter: Meter, figures: ReadPlayFigures, clock: Clock, log: Log): void {
  const names = {
    plays: meter.createObservableGauge('hero_plays', { description: 'Plays that have not ended, by status.' }),
    depth: meter.createObservableGauge('hero_queue_depth', { description: 'Plays that an executor could have now.' }),
    age: meter.createObservableGauge('hero_queue_age_seconds', {
      description: 'How long the next play of the queue has been ready; 0 without a queue.',
    }),
    leases: meter.createObservableGauge('hero_leases', { description: 'Leases held by executors.' }),
    pauses: meter.createObservableGauge('hero_pauses_open', { description: 'Open questions.' }),
    pauseAge: meter.createObservableGauge('hero_pause_age_seconds', {
      description: 'How long the open question of the oldest play has waited; 0 without one.',
    }),
  };
  meter.addBatchObservableCallback(async (result) => {
    try {
      const now = await figures();
      const age = (at: number | undefined) => (at === undefined ? 0 : Math.max(0, clock.now() - at) / 1000);
      const byStatus: [PlayStatus, number][] = [
        ['pending', now.pending],
        ['running', now.running],
        ['awaiting_resume', now.awaitingResume],
      ];
      for (const [status, count] of byStatus) result.observe(names.plays, count, { status });
      result.observe(names.depth, now.ready);
      result.observe(names.age, age(now.nextReadyAt));
      result.observe(names.leases, now.running);
      result.observe(names.pauses, now.openQuestions);
      result.observe(names.pauseAge, age(now.oldestAskedAt));
    } catch (error) {
      // A scrape without them says as much as one that fails, and keeps the others.
      log.warn({ err: error }, 'the figures of the plays could not be read');
    }
  }, Object.values(names));
}

/** A play may be told about twice (a repeated report); it counts once, as long as it is remembered. */
function createRecent(most: number): { isNew(sid: string): boolean } {
  const sids = new Set<string>();
  return {
    isNew(sid) {
      if (sids.has(sid)) return false;
      sids.add(sid);
      if (sids.size > most) sids.delete(sids.values().next().value as string);
      return true;
    },
  };
}
