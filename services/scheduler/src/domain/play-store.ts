// Where plays, their pauses and their documents are kept.
//
// Every method is atomic for the one play that it names, and durable when it resolves. Decisions are pure functions and may be
// called more than once (an adapter may have to try again). An adapter that can make only one record atomic writes the pause
// before the play: a play that is left waiting beside an answer is then found by `listMissedWakeUps`. It writes a child after its
// pause: recording the pause again completes it. When a play ends, its open pauses are withdrawn with it.

import type { PlayCondition } from './filter/condition.ts';
import type { ConflictPolicy } from './gates.ts';
import type { Lease, LeaseGrant, LeaseState } from './lease.ts';
import type { Answer, Pause, PauseChange, PauseFacts } from './pause.ts';
import type { Play } from './play.ts';
import type { PrefilledAnswer } from './prefill.ts';
import type { PlayFacts } from './run.ts';

export interface NewPlay {
  readonly play: Play;
  readonly inputData: string;
  readonly prefill: readonly PrefilledAnswer[];
  /** Of a play that has ended elsewhere. */
  readonly outputData?: string;
  /** Pauses that have their answers already: those that a fork keeps, and those of a play that has ended elsewhere. */
  readonly pauses?: readonly Pause[];
  /** What happens when its concurrency key is taken; 'queue' unless told. */
  readonly onConflict?: ConflictPolicy;
}

export interface AddedPlay {
  readonly play: Play;
  readonly added: boolean;
  /** The plays that it displaced, as they stand now: cancelled, or running and asked to stop. */
  readonly displaced: readonly Play[];
}

export interface ClaimedPlay {
  readonly play: Play;
  readonly lease: Lease;
  readonly inputData: string;
  /** In the order in which they came. */
  readonly answers: readonly Answer[];
}

export interface ClaimLimits {
  readonly plays: number;
  /** Free slots of the executor; plays take as many as their version says. */
  readonly slots: number;
  /** Inputs and answers together; at least one play is claimed whatever its size. */
  readonly bytes: number;
  /** Answers of the children of one play together; a run asks for those that do not fit when it meets their pauses. */
  readonly childBytes: number;
}

interface PlayChange<T> {
  /** The new state; absent, or the very play that was given = unchanged. */
  readonly play?: Play;
  /** The result of the play, written with it. */
  readonly outputData?: string;
  readonly result: T;
}

/** A play with what replies about it carry. */
export interface PlayDetails {
  readonly play: Play;
  readonly inputData: string;
  readonly outputData: string;
  /** Open questions, oldest first; none once the play has ended. */
  readonly pending: readonly Pause[];
  /** Answered questions, oldest first: the last 100, as far as they fit into 8 MiB. */
  readonly received: readonly Pause[];
  /** Answered questions that are not in `received`. */
  readonly receivedOmitted: number;
  /** All open pauses while awaiting_resume, oldest first, without their texts. */
  readonly waitingFor: readonly Pause[];
}

export interface PlayQuery {
  readonly conditions: readonly PlayCondition[];
  /** Only plays before this sid; empty = from the newest. */
  readonly beforeSid: string;
  readonly limit: number;
}

/** Newest first. */
export interface PlayPage {
  /** May be fewer than asked, also none, where more follow: a page looks at some five thousand plays at most. `waitingFor` as in PlayDetails. */
  readonly found: readonly { readonly play: Play; readonly waitingFor: readonly Pause[] }[];
  /** Pass it as `beforeSid` to go on; undefined = that was all. */
  readonly next: string | undefined;
}

interface DuePause {
  readonly playSid: string;
  readonly resumeId: string;
}

/** A child whose pause was withdrawn. */
export interface LeftChild {
  /** Its parent. */
  readonly playSid: string;
  readonly resumeId: string;
  readonly childPlaySid: string;
}

export interface PlayStore {
  /**
   * Adds a pending play, or one that has ended elsewhere, of which no webhook hears. When its workflow has a play with the same idempotency key, gives that one and adds nothing. CONCURRENCY_LIMIT.
   * An adapter that can make only one record atomic takes a place of the key first, and cancels what is displaced after the play is there.
   */
  add(added: NewPlay): Promise<AddedPlay>;

  find(sid: string): Promise<Play | undefined>;
  findByIdempotencyKey(workflowSid: string, key: string): Promise<Play | undefined>;
  /** Whether the play is settled; undefined = there is no such play. */
  findSettled(sid: string): Promise<{ readonly play: Play; readonly settled: boolean } | undefined>;
  inputData(sid: string): Promise<string>;
  /** Empty until success. */
  outputData(sid: string): Promise<string>;
  details(sid: string): Promise<PlayDetails | undefined>;
  findPause(sid: string, resumeId: string): Promise<Pause | undefined>;
  /** Open questions, oldest first. */
  listOpenQuestions(sid: string): Promise<Pause[]>;
  /** Pauses of every kind that have an answer or have expired, in the order of their answers. */
  listAnswered(sid: string): Promise<Pause[]>;
  /** Without plays that are hidden. */
  list(query: PlayQuery): Promise<PlayPage>;
  /** As `list`, the sids alone. */
  listSids(query: PlayQuery): Promise<{ readonly sids: readonly string[]; readonly next: string | undefined }>;
  listLive(workflowSid: string): Promise<string[]>;
  countLive(workflowSid: string): Promise<number>;
  /** Plays that could be claimed now. */
  countPending(atMost: number): Promise<number>;
  /** A play runs, or could be claimed now. */
  isBusy(): Promise<boolean>;

  /** One decision about a play. PLAY_NOT_FOUND. */
  change<T>(sid: string, decide: (play: Play, facts: PlayFacts) => PlayChange<T>): Promise<T>;
  /** One decision about a play and one of its pauses. PLAY_NOT_FOUND; the pause may be absent. */
  changePause<T>(
    sid: string,
    resumeId: string,
    decide: (play: Play, pause: Pause | undefined, facts: PauseFacts) => PauseChange<T>,
  ): Promise<T>;
  /**
   * Claims plays that pass their gates, best rank first; all answers so far count as delivered, also those that the limits leave out. A play
   * that costs more than the free slots ends the claim, so that it is not overtaken for ever; an executor that runs nothing is given it alone.
   */
  claim(limits: ClaimLimits, grant: () => LeaseGrant): Promise<ClaimedPlay[]>;
  /** In the order asked. */
  renew(
    leases: readonly { readonly playSid: string; readonly token: string }[],
    now: number,
    ttlMs: number,
  ): Promise<LeaseState[]>;
  /** Binds the next unused prefilled answer under the pause's id, else under its name; the same one for the same pause ever after. */
  takePrefill(sid: string, resumeId: string, name: string): Promise<string | undefined>;

  listRunning(): Promise<string[]>;
  listExpiredLeases(now: number, atMost: number): Promise<string[]>;
  listDuePauses(now: number, atMost: number): Promise<DuePause[]>;
  listMissedWakeUps(atMost: number): Promise<string[]>;
  /** Plays that have ended and are the child of a parent, until `markTold`. */
  listUntoldChildren(atMost: number): Promise<Play[]>;
  markTold(childSids: readonly string[]): Promise<void>;
  /** Children whose pause was withdrawn, of one parent or of all, until `markLeft`. */
  listLeftChildren(atMost: number, parentPlaySid?: string): Promise<LeftChild[]>;
  markLeft(children: readonly LeftChild[]): Promise<void>;
  /** Whether one of the two lists has something. */
  hasFamilyWork(): Promise<boolean>;
  /** When the next lease expires; undefined = there is none. */
  nextLeaseExpiry(): Promise<number | undefined>;
  /** Lets in the plays that stand at a start rate which is open by now; whether there was such a rate. */
  openRates(now: number): Promise<boolean>;
  /** Lets plays whose `notBefore` has come go to their gates; whether there was one. */
  beginDelayed(now: number): Promise<boolean>;
  /** When the next delayed play begins; undefined = there is none. */
  nextDelayed(): Promise<number | undefined>;
  /** When the next start rate opens; undefined = there is none. */
  nextRateOpening(): Promise<number | undefined>;
  /** When the next open pause is due; undefined = there is none. */
  nextPauseDue(): Promise<number | undefined>;
}
