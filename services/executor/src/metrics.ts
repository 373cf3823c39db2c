// What the executor tells those who watch it. Nothing is done per span: batches are added up as they are written, the rest is looked up
// when somebody asks.

import { gauge, type Meter } from '@hero-logic/platform';
import type { Outcome } from './domain/outcome.ts';
import type { PlayBatch, WriteBatch } from './domain/ports.ts';
import type { Interpreters } from './interpreters/interpreter.ts';
import type { RunWatcher } from './run/run-watcher.ts';
import type { Runs } from './run/runs.ts';

/** Counts and times what is made durable. */
export function measured(writeBatch: WriteBatch, meter: Meter): WriteBatch {
  const total = { spans: 0, steps: 0, lines: 0 };
  sum(meter, 'hero_spans_total', 'Changes of spans made durable.', () => total.spans);
  sum(meter, 'hero_steps_total', 'Outputs of steps made durable.', () => total.steps);
  sum(meter, 'hero_log_lines_total', 'Log lines of plays made durable.', () => total.lines);
  const seconds = meter.createHistogram('hero_commit_seconds', {
    description: 'From the wish to write a batch of a play to its being durable.',
  });
  return async (build) => {
    const started = performance.now();
    let batch: PlayBatch | undefined;
    await writeBatch(() => {
      batch = build();
      return batch;
    });
    seconds.record((performance.now() - started) / 1000);
    if (batch === undefined) return;
    total.spans += batch.spans.length;
    total.steps += batch.steps.length;
    total.lines += batch.logs.length;
  };
}

/** A counter that is kept here: each `add` of one takes a quarter of a microsecond, and a step has three. */
function sum(meter: Meter, name: string, description: string, value: () => number): void {
  meter.createObservableCounter(name, { description }).addCallback((result) => result.observe(value()));
}

export function createRunMetrics(meter: Meter): RunWatcher {
  const ended = meter.createCounter('hero_runs_ended_total', { description: 'Runs of plays that ended, by how.' });
  const counted = (outcome: Outcome) => ended.add(1, { outcome });
  return { ended: ({ decision }) => counted(decision.outcome) };
}

export function addExecutorGauges(
  meter: Meter,
  of: { readonly runs: Runs; readonly slots: number; readonly interpreters: Interpreters },
): void {
  const { runs, slots, interpreters } = of;
  gauge(meter, 'hero_slots', 'Slots for plays.', (set) => set(slots));
  gauge(meter, 'hero_slots_free', 'Slots that take another play now.', (set) => set(Math.max(0, runs.free())));
  gauge(meter, 'hero_runs', 'Plays that run here.', (set) => set(runs.held().length));
  gauge(meter, 'hero_interpreters_hot', 'Python processes that wait for a play.', (set) =>
    set(interpreters.stats().hot),
  );
  gauge(meter, 'hero_sandbox_failures', 'Runs in a row that found no working sandbox.', (set) =>
    set(runs.sandboxFailures()),
  );
}
