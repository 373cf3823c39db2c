// What access needs from a store. Every method is atomic by itself, and a write is durable when its promise resolves. Conformance:
// access-stores.conformance.ts, secret-store.conformance.ts.

import type { AuditEvent } from '@hero-logic/platform';
import type { ApiKey } from './api-key.ts';
import type { Secret } from './secret.ts';

export interface ApiKeyStore {
  /** False: a key has this name. */
  create(key: ApiKey): Promise<boolean>;
  get(sid: string): Promise<ApiKey | undefined>;
  /** By name, in code point order; only names after `afterName`. */
  list(afterName: string, limit: number): Promise<ApiKey[]>;
  /** Puts what `change` makes of the key in its place; what it throws is thrown, and nothing is changed. Undefined: no such key. */
  change(sid: string, change: (key: ApiKey) => ApiKey): Promise<ApiKey | undefined>;
}

export interface AuditFilter {
  /** Empty = of all. */
  readonly caller: string;
  /** Only events before this sid; empty = from the newest. */
  readonly beforeSid: string;
  readonly limit: number;
}

export interface AuditStore {
  /** An event whose sid is there already is not written again. */
  add(events: readonly AuditEvent[]): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter): Promise<AuditEvent[]>;
  /** Removes what happened before `at`; gives how many those were, at most `limit`. */
  removeBefore(at: number, limit: number): Promise<number>;
}

export interface SecretPlace {
  readonly namespace: string;
  readonly name: string;
}

export interface SecretStore {
  get(place: SecretPlace): Promise<Secret | undefined>;
  /**
   * Puts what `change` makes of the secret as it then stands (undefined: there is none) in its place, unless that is the same object or
   * undefined; what it throws is thrown, and nothing is changed. `change` may run more than once.
   */
  change<T extends Secret | undefined>(place: SecretPlace, change: (present: Secret | undefined) => T): Promise<T>;
  /** By namespace and name, in code point order, only those after `after`; of one namespace, or of all. */
  list(namespace: string | undefined, after: SecretPlace | undefined, limit: number): Promise<Secret[]>;
  /** False: there was none. */
  remove(place: SecretPlace): Promise<boolean>;
}
