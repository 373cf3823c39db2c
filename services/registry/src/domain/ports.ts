// What the registry needs from a store and from the scheduler, worded in its own terms. Every method is atomic by itself, and a write is
// durable when its promise resolves. Conformance: workflow-store.conformance.ts, example-store.conformance.ts.

import type { Example, ExampleContent } from './example.ts';
import type { SearchEntry } from './search.ts';
import type { Version, VersionDraft } from './version.ts';
import type { Workflow } from './workflow.ts';

type CreateOutcome =
  | { readonly kind: 'created'; readonly workflow: Workflow }
  /** The request id made this one before. */
  | { readonly kind: 'repeated'; readonly workflow: Workflow }
  | { readonly kind: 'name-taken' };

export interface AddedVersion {
  readonly workflow: Workflow;
  readonly version: Version;
  /** False: a version with this source was there already, and `version` is it. */
  readonly written: boolean;
}

export interface WorkflowFilter {
  /** Folded; name or description must hold every one. */
  readonly words: readonly string[];
  /** It must carry every one. */
  readonly tags: readonly string[];
  /** Absent = of all. */
  readonly namespace?: string | undefined;
  /** Only placed names after this one, in code point order; empty = from the start. */
  readonly afterName: string;
  readonly limit: number;
}

export interface FlowChange {
  /** Undefined: there must be no workflow of that name. */
  readonly present: Workflow | undefined;
  /** Its current version may be one of the drafts. */
  readonly next: Workflow;
  /** To be numbered on from `firstNumber`, in this order. */
  readonly drafts: readonly VersionDraft[];
  readonly firstNumber: number;
  readonly examples: readonly { readonly sid: string; readonly content: ExampleContent }[];
  readonly now: number;
}

export interface WorkflowStore {
  /** With a draft, that is version 1 and current. */
  create(workflow: Workflow, draft: VersionDraft | undefined): Promise<CreateOutcome>;
  get(sid: string): Promise<Workflow | undefined>;
  /** By its placed name (placedNameOf). */
  getByName(placed: string): Promise<Workflow | undefined>;
  getByRequest(requestId: string): Promise<Workflow | undefined>;
  /** By placed name. */
  list(filter: WorkflowFilter): Promise<Workflow[]>;
  /** Puts `next` in the place of `present`, unless somebody changed or removed it in between. */
  replace(present: Workflow, next: Workflow): Promise<'replaced' | 'changed' | 'name-taken'>;
  /** With its versions and examples. False: there was none. */
  remove(sid: string): Promise<boolean>;
  /**
   * Numbers and writes a version; an equal source (by sha256) gives the version that exists. It becomes current when it is the first, or
   * when `current` says so of the workflow as it is then. Undefined: no such workflow.
   */
  addVersion(draft: VersionDraft, current: boolean, now: number): Promise<AddedVersion | undefined>;
  getVersion(sid: string): Promise<Version | undefined>;
  getVersionBySha(workflowSid: string, sha256: string): Promise<Version | undefined>;
  getSource(versionSid: string): Promise<string | undefined>;
  /** Newest first. */
  listVersions(workflowSid: string): Promise<Version[]>;
  newestVersion(workflowSid: string): Promise<Version | undefined>;
  /**
   * Brings a workflow with its versions and examples in at once, unless it has changed since it was read. Absent where the store writes one
   * document at a time: then it is done step by step (commands/import-steps.ts).
   */
  importFlow?(change: FlowChange): Promise<'imported' | 'changed'>;
  /** What can be searched of every workflow that is not archived, in no order: the same objects until they change. */
  searchable(): Promise<readonly SearchEntry[]>;
}

export interface ExampleStore {
  /** Creates or replaces by workflow and name. Undefined: no such workflow. */
  upsert(workflowSid: string, content: ExampleContent, sid: string, now: number): Promise<Example | undefined>;
  get(sid: string): Promise<Example | undefined>;
  getByName(workflowSid: string, name: string): Promise<Example | undefined>;
  /** By name, in code point order. */
  list(workflowSid: string, afterName: string, limit: number): Promise<Example[]>;
  /** False: there was none. */
  remove(sid: string): Promise<boolean>;
}

/** The plays of a workflow that is to be deleted. */
export interface WorkflowPlays {
  countLive(workflowSid: string): Promise<bigint>;
  /** Cancels all of them and waits until they have ended. */
  cancelLive(workflowSid: string, reason: string): Promise<void>;
}

export interface EndedPlay {
  readonly workflowSid: string;
  readonly versionSid: string;
  readonly hasEnded: boolean;
  /** JSON texts; the output is empty unless it succeeded. */
  readonly input: string;
  readonly output: string;
  /** In the order in which they were asked for; without pauses that expired unanswered. */
  readonly answers: readonly { readonly name: string; readonly payload: string }[];
  readonly answersOmitted: number;
}

/** A play that becomes an example. */
export interface EndedPlays {
  /** PLAY_NOT_FOUND. */
  get(playSid: string): Promise<EndedPlay>;
}
