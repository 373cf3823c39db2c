// What a filter asks of plays. Each condition must hold; the values of one condition are alternatives. Plain data: a bulk job keeps it.

import { DEFAULT_NAMESPACE } from '@hero-logic/platform';
import type { PlayStatus } from '../play.ts';

export type PlayCondition = (
  | { readonly kind: 'status'; readonly values: readonly PlayStatus[] }
  /** Sids. */
  | { readonly kind: 'workflow' | 'version' | 'parent'; readonly values: readonly string[] }
  | { readonly kind: 'version_number'; readonly values: readonly number[] }
  /** As `labelOf` writes them. */
  | { readonly kind: 'label'; readonly values: readonly string[] }
  /** As `placeOf` writes them. */
  | { readonly kind: 'namespace'; readonly values: readonly string[] }
  /** Fingerprints of error groups. */
  | { readonly kind: 'error'; readonly values: readonly string[] }
  /** Milliseconds since the epoch: from `from` on, and before `before`. */
  | { readonly kind: PlayTime; readonly from?: number; readonly before?: number }
  /** Lower case; contained in the play's or the workflow's name. */
  | { readonly kind: 'text'; readonly text: string }
) & { readonly not?: boolean };

export type PlayTime = 'created' | 'started' | 'ended';

/** A label as one text, by which it is found. */
export function labelOf(key: string, value: string): string {
  return JSON.stringify([key, value]);
}

/** A namespace as plays have it: the first one is empty. */
export function placeOf(namespace: string | undefined): string {
  return namespace === undefined || namespace === DEFAULT_NAMESPACE ? '' : namespace;
}

/** What keeps a caller within its namespace; absent = all. */
export function within(namespace: string | undefined): PlayCondition[] {
  return namespace === undefined ? [] : [{ kind: 'namespace', values: [placeOf(namespace)] }];
}
