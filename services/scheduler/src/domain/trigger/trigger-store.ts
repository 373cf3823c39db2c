// Where triggers and their firings are kept.
//
// Every method is atomic for the one trigger that it names, and durable when it resolves. Decisions are pure functions and may be
// called more than once. Of the firings that are settled the last 1,000 of each trigger are kept.

import type { TriggerKind } from './schedule.ts';
import type { Fire, FireFacts, Trigger } from './trigger.ts';

export const KEPT_FIRES = 1000;

export interface TriggerFacts extends FireFacts {
  /** The firings among those asked for that exist. */
  readonly known: ReadonlyMap<string, Fire>;
}

export interface TriggerChange<T> {
  readonly trigger?: Trigger;
  /** Firings that are new or changed. */
  readonly fires?: readonly Fire[];
  /** Inputs of new firings, by their id; a firing without one has its trigger's. */
  readonly fireInputs?: Readonly<Record<string, string>>;
  /** The new input of the trigger. */
  readonly inputData?: string;
  readonly result: T;
}

export interface TriggerQuery {
  readonly workflowSid: string;
  /** Absent = of all. */
  readonly namespace?: string | undefined;
  /** Absent = all. */
  readonly kind?: TriggerKind | undefined;
  readonly enabled?: boolean | undefined;
  /** Only triggers before this sid; empty = from the newest. */
  readonly beforeSid: string;
  readonly limit: number;
}

export interface TriggerStore {
  /** Adds a trigger, or gives the one that was added with the same request id. INVALID_ARGUMENT: its slug is taken; so of a change. */
  add(trigger: Trigger, inputData: string): Promise<Trigger>;
  find(sid: string): Promise<Trigger | undefined>;
  /** The one that was added with this request id. */
  findByRequest(requestId: string): Promise<Trigger | undefined>;
  /** The webhook with this slug. */
  findBySlug(slug: string): Promise<Trigger | undefined>;
  inputData(sid: string): Promise<string>;
  /** The firing's own input; undefined = it has its trigger's. */
  fireInput(sid: string, fireId: string): Promise<string | undefined>;
  /** Newest first. */
  list(query: TriggerQuery): Promise<Trigger[]>;
  /** One decision about a trigger and its firings. TRIGGER_NOT_FOUND. */
  change<T>(
    sid: string,
    fireIds: readonly string[],
    decide: (trigger: Trigger, facts: TriggerFacts) => TriggerChange<T>,
  ): Promise<T>;
  /** With its firings; whether it was there. */
  remove(sid: string): Promise<boolean>;

  countWaiting(sid: string): Promise<number>;
  /** Newest due time first. */
  listFires(
    sid: string,
    before: { readonly dueAt: number; readonly id: string } | undefined,
    limit: number,
  ): Promise<Fire[]>;
  /** Triggers whose next time has come. */
  listDue(now: number, atMost: number): Promise<string[]>;
  /** Firings that are to be started now. */
  listStarting(now: number, atMost: number): Promise<Fire[]>;
  /** When the next trigger fires or the next start is to be tried; undefined = there is none. */
  nextDue(): Promise<number | undefined>;
  /** Firings with a play that has not been seen to end, after this one. */
  listStarted(after: Pick<Fire, 'triggerSid' | 'id'> | undefined, atMost: number): Promise<Fire[]>;
  /** Triggers with firings that wait, after this one. */
  listWaiting(afterSid: string, atMost: number): Promise<string[]>;
}
