// What the parts of one run of a flow share.

import type { Clock } from '@hero-logic/platform';
import type { Answered, Wire } from './wire.ts';

export interface FlowRun {
  readonly wire: Wire;
  /** Of pauses in races, by id: the branches around them. */
  readonly waits: Map<string, string[]>;
  /** The branch of a race that this runs in. */
  readonly lane?: Lane;
  readonly clock: Clock;
  readonly versionSid: string;
  /** Outputs by step key. */
  readonly recorded: ReadonlyMap<string, string>;
  /** By resume id. */
  readonly answers: ReadonlyMap<string, Answered>;
  /** The body of a step runs: gives its value, never the same twice. */
  readonly work: (stepKey: string) => string;
  /** A sleep is over that was asked for so long. */
  readonly onSlept: (resumeId: string, ms: number) => void;
  /** These take no answer any more, as the executor says. */
  readonly onWithdrawn: (resumeIds: readonly string[]) => void;
}

export type Values = Record<string, unknown>;

export const ROOT = 'root';
/** One branch of a race, as what runs in it sees it. */
export interface Lane {
  /** A pause is about to be recorded in it: whoever wins, it must be found again. */
  announce(resumeId: string): Promise<void>;
  /** Stays while another branch runs, and asks again now and then. Throws Waiting when nobody runs. */
  waitBeside(askAgain: () => Promise<Answered | undefined>): Promise<Answered>;
}

/** A pause has no answer: the process is to leave. */
export class Waiting extends Error {}
/** In a branch that has lost its race. */
export class GivenUp extends Error {}
export function keyOf({ versionSid }: FlowRun, path: string): string {
  return `${versionSid}|${path}`;
}
