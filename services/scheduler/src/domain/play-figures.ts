// How much there is to do, for those who watch the scheduler. Every store looks it up by an index, however many plays it keeps.

export interface PlayFigures {
  readonly pending: number;
  readonly running: number;
  readonly awaitingResume: number;
  /** Pending plays that pass their gates: an executor could have them now. */
  readonly ready: number;
  /** Since when the next of them waits; undefined = there is none. */
  readonly nextReadyAt: number | undefined;
  /** Open questions of people and other outsiders. */
  readonly openQuestions: number;
  /** When that of the oldest play was asked; undefined = there is none. */
  readonly oldestAskedAt: number | undefined;
}

export type ReadPlayFigures = () => Promise<PlayFigures>;
