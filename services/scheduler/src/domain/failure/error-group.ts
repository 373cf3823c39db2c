// A group of equal failures, and what happens to it: seen again, resolved, ignored, opened. Pure.

import { DEFAULT_NAMESPACE } from '@hero-logic/platform';
import type { Play } from '../play.ts';
import { cutText } from '../play.ts';
import type { Failure } from './fingerprint.ts';

export type ErrorGroupState = 'open' | 'resolved' | 'ignored';

export interface ErrorGroup extends Failure {
  readonly workflowSid: string;
  readonly workflowName: string;
  /** That of its plays; empty = they were gone when an older version's groups got theirs. */
  readonly namespace: string;
  /** Of the play seen last. */
  readonly message: string;
  readonly state: ErrorGroupState;
  readonly count: number;
  /** By number of the version, highest first. */
  readonly versions: readonly { readonly number: number; readonly count: number }[];
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly firstPlaySid: string;
  readonly lastPlaySid: string;
  readonly changedAt?: number | undefined;
  readonly changedBy: string;
  /** Of a resolved group: it opens again on higher versions, also with plays that had begun before. */
  readonly resolvedVersion: number;
  readonly reopened: number;
}

const MAX_VERSIONS = 50;
const MAX_MESSAGE_CHARS = 1000;

/** A play has failed so. Plays may come in any order. */
export function seen(found: ErrorGroup | undefined, failure: Failure, play: Play): ErrorGroup {
  const group = found ?? newGroup(failure, play);
  const at = play.completedAt ?? play.createdAt;
  const isLatest = at >= group.lastSeen;
  const comesBack = group.state === 'resolved' && isRecurrence(group, play);
  return {
    ...group,
    ...(comesBack ? { state: 'open', reopened: group.reopened + 1 } : {}),
    ...(isLatest
      ? {
          lastSeen: at,
          lastPlaySid: play.sid,
          workflowName: play.workflowName,
          message: cutText(play.error?.message ?? '', MAX_MESSAGE_CHARS),
        }
      : {}),
    ...(at < group.firstSeen ? { firstSeen: at, firstPlaySid: play.sid } : {}),
    namespace: play.namespace ?? DEFAULT_NAMESPACE,
    count: group.count + 1,
    versions: counted(group.versions, play.versionNumber),
  };
}

/** A play that had begun when the group was resolved, on a version of then, tells nothing new. */
function isRecurrence({ resolvedVersion, changedAt = 0 }: ErrorGroup, play: Play): boolean {
  return play.versionNumber > resolvedVersion || play.createdAt > changedAt;
}

/** Somebody decides. The same decision again changes nothing. */
export function decided(group: ErrorGroup, state: ErrorGroupState, by: string, now: number): ErrorGroup {
  if (group.state === state) return group;
  const newest = group.versions[0]?.number ?? 0;
  return { ...group, state, changedAt: now, changedBy: by, resolvedVersion: state === 'resolved' ? newest : 0 };
}

function newGroup(failure: Failure, play: Play): ErrorGroup {
  const at = play.completedAt ?? play.createdAt;
  const { workflowSid, workflowName } = play;
  return {
    ...failure,
    ...{ workflowSid, workflowName, namespace: '', message: '', state: 'open', count: 0, versions: [], changedBy: '' },
    ...{ firstSeen: at, lastSeen: at, firstPlaySid: play.sid, lastPlaySid: play.sid, resolvedVersion: 0, reopened: 0 },
  };
}

function counted(versions: ErrorGroup['versions'], number: number): ErrorGroup['versions'] {
  const count = (versions.find((one) => one.number === number)?.count ?? 0) + 1;
  const others = versions.filter((one) => one.number !== number);
  return [...others, { number, count }].sort((a, b) => b.number - a.number).slice(0, MAX_VERSIONS);
}
