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
 * On a 2-core machine, on MongoDB and Redis (perf/README.md): the scheduler's from `npm run perf -- claims`; a play that does nothing took 9 ms of its own
 * process, a step 0.19 ms of Node and 0.18 ms of its process. What an executor's Node has of a play, a call for plays, network, signals and store are assumptions.
 */
export const MEASURED: Times = {
  ...{ startMs: 2.6, claimCallMs: 0.6, claimMs: 0.64, reportMs: 1.92, renewMs: 0.05 },
  ...{ executorPlayMs: 3, executorStepMs: 0.19, processMs: 9, processStepMs: 0.18 },
  ...{ networkMs: 0.3, signalMs: 0.5, commitMs: 0.5, writeMs: 0.05 },
};
