// What one call costs, in milliseconds; docs/capacity.md says what is measured of it and what is assumed.

export interface Times {
  /** Processor of a scheduler: to start a play, for an executor's call for plays, for each play of it, for a report, to renew a lease. */
  readonly startMs: number;
  readonly claimCallMs: number;
  readonly claimMs: number;
  readonly reportMs: number;
  readonly renewMs: number;
  /** Processor of an executor's Node: for a play, and for each step of it. */
  readonly executorPlayMs: number;
  readonly executorStepMs: number;
  /** A core of the executor: the play's process from the fork to its end, and a step, without what the flow computes. */
  readonly processMs: number;
  readonly processStepMs: number;
  /** One way between two processes. */
  readonly networkMs: number;
  /** Until a signal is heard. */
  readonly signalMs: number;
  /** The store: a commit, and each record in it. */
  readonly commitMs: number;
  readonly writeMs: number;
}

export const NO_TIMES: Times = {
  ...{ startMs: 0, claimCallMs: 0, claimMs: 0, reportMs: 0, renewMs: 0, executorPlayMs: 0, executorStepMs: 0 },
  ...{ processMs: 0, processStepMs: 0, networkMs: 0, signalMs: 0, commitMs: 0, writeMs: 0 },
};

/**
 * On MongoDB and Redis, with `npm run perf -- --rounds 5 claims service-times --json FILE` on 2026-11-29 at 15:42, 2 cores that other work kept busy (load 4 to 5).
 * The network is the loopback of that machine.
 */
export const MEASURED: Times = {
  ...{ startMs: 1.95, claimCallMs: 2.02, claimMs: 0.42, reportMs: 1.69, renewMs: 0.41 },
  ...{ executorPlayMs: 8.7, executorStepMs: 0.67, processMs: 12.1, processStepMs: 0.19 },
  ...{ networkMs: 0.022, signalMs: 1.4, commitMs: 1.18, writeMs: 0.017 },
};
