// Where groups of failures are kept. A play that has failed is looked at once, however often that is tried.

import type { ErrorGroup, ErrorGroupState } from './error-group.ts';

export interface ErrorGroupQuery {
  /** Empty = all. */
  readonly workflowSid: string;
  /** Absent = all. */
  readonly namespace?: string | undefined;
  readonly state: ErrorGroupState | undefined;
  /** Only groups behind this one; absent = from the one seen last. */
  readonly after: { readonly lastSeen: number; readonly fingerprint: string } | undefined;
  readonly limit: number;
}

export interface ErrorGroupStore {
  /** Counts the failures of some plays that have not been looked at; how many. */
  absorb(atMost: number): Promise<number>;
  /** Whether there is such a play. */
  hasUngrouped(): Promise<boolean>;
  find(fingerprint: string): Promise<ErrorGroup | undefined>;
  /** The one seen last first. */
  list(query: ErrorGroupQuery): Promise<ErrorGroup[]>;
  /** One decision. ERROR_GROUP_NOT_FOUND. */
  change(fingerprint: string, decide: (group: ErrorGroup) => ErrorGroup): Promise<ErrorGroup>;
}
