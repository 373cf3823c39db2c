import {
  type ErrorGroup as ErrorGroupPb,
  ErrorGroupState,
} from '@hero-logic/proto/herologic/scheduler/v1/error_group_pb';
import { count, grouped, msFromPb } from './format.ts';

export type GroupState = 'open' | 'resolved' | 'ignored';

const STATES: Record<GroupState, ErrorGroupState> = {
  open: ErrorGroupState.OPEN,
  resolved: ErrorGroupState.RESOLVED,
  ignored: ErrorGroupState.IGNORED,
};

/** A failure that plays of one flow have in common. */
export interface ErrorGroup {
  readonly fingerprint: string;
  readonly workflowSid: string;
  readonly workflowName: string;
  /** Empty = the first one, which is not said. */
  readonly namespace: string;
  /** "KeyError: 'customer'" with what differs from play to play taken out. */
  readonly line: string;
  readonly location: string;
  readonly state: GroupState;
  readonly count: number;
  /** "12 on v3, 2 on v2", the newest first. */
  readonly versions: string;
  readonly firstSeen: number | undefined;
  readonly lastSeen: number | undefined;
  readonly lastPlaySid: string;
  /** What people decided and what came of it; empty = nobody has. */
  readonly decided: string;
}

export function groupStateToPb(state: GroupState): ErrorGroupState {
  return STATES[state];
}

export function errorGroupFromPb(pb: ErrorGroupPb): ErrorGroup {
  const state = (Object.keys(STATES) as GroupState[]).find((s) => STATES[s] === pb.state) ?? 'open';
  const newest = [...pb.versions].sort((a, b) => b.number - a.number);
  return {
    fingerprint: pb.fingerprint,
    workflowSid: pb.workflowSid,
    workflowName: pb.workflowName,
    namespace: pb.namespace === 'default' ? '' : pb.namespace,
    line: [pb.errorType, pb.pattern].filter((t) => t !== '').join(': '),
    location: pb.location,
    state,
    count: Number(pb.count),
    versions: newest.map((v) => `${grouped(v.count)} on v${v.number}`).join(', '),
    firstSeen: msFromPb(pb.firstSeen),
    lastSeen: msFromPb(pb.lastSeen),
    lastPlaySid: pb.lastPlaySid,
    decided: decidedOf(pb, state),
  };
}

function decidedOf({ changedBy, resolvedVersion, reopened }: ErrorGroupPb, state: GroupState): string {
  const by = changedBy === '' ? '' : ` by ${changedBy}`;
  if (state === 'ignored') return `ignored${by}`;
  if (state === 'resolved')
    return `resolved${by}; opens again with plays that start later, or on a version after v${resolvedVersion}`;
  return reopened === 0 ? '' : `opened again by itself ${count(reopened, 'time')}`;
}
