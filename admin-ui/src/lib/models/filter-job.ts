import { BulkAction, type BulkJob, BulkStatus } from '@hero-logic/proto/herologic/scheduler/v1/bulk_job_pb';
import { count, grouped, msFromPb } from './format.ts';

/** What the server does to every play that a filter finds. */
export interface FilterJob {
  readonly sid: string;
  /** What it does: "Cancel". */
  readonly action: string;
  /** How it stands: "Cancelling", "Deleted". */
  readonly word: string;
  /** "12 done, 1 as it should be already, 2 refused". */
  readonly said: string;
  readonly seen: number;
  readonly total: number;
  readonly filter: string;
  /** It means plays of this namespace alone; empty = of all. */
  readonly namespace: string;
  /** Who began it; empty = not known. */
  readonly by: string;
  readonly createdAt: number | undefined;
  /** It changes by itself. */
  readonly moves: boolean;
  readonly canStop: boolean;
  readonly canUndo: boolean;
  readonly undoUntil: number | undefined;
  readonly refused: number;
}

export const FILTER_ACTIONS = [
  {
    value: BulkAction.CANCEL,
    word: 'Cancel',
    doing: 'Cancelling',
    about: 'Steps under way are stopped and open questions are withdrawn. Plays that have ended are left as they are.',
  },
  {
    value: BulkAction.RERUN,
    word: 'Run again',
    doing: 'Running again',
    about: 'Each becomes a new play with the same version and input. Whatever the steps do, they do again.',
  },
  {
    value: BulkAction.RESUME_ON_VERSION,
    word: 'Move to a version',
    doing: 'Moving to a version',
    about:
      'Each runs from its start on the version chosen, with the answers it was given. Plays that have ended are left as they are.',
  },
  {
    value: BulkAction.DELETE,
    word: 'Delete',
    doing: 'Deleting',
    about:
      'They are hidden at once and removed for good after an hour; until then it can be undone. Plays that have not ended refuse.',
  },
] as const;

const WORDS: Partial<Record<BulkStatus, string>> = {
  [BulkStatus.UNDO_WINDOW]: 'Deleted',
  [BulkStatus.REMOVING]: 'Removing for good',
  [BulkStatus.DONE]: 'Done',
  [BulkStatus.STOPPED]: 'Stopped',
  [BulkStatus.UNDOING]: 'Bringing back',
  [BulkStatus.UNDONE]: 'Brought back',
};

export function filterJobFromPb(pb: BulkJob): FilterJob {
  const action = FILTER_ACTIONS.find((a) => a.value === pb.action);
  const { status } = pb;
  const isDeletion = pb.action === BulkAction.DELETE;
  const skipped = pb.skipped === 0n ? '' : `, ${grouped(pb.skipped)} as they should be already`;
  const refused = pb.failed === 0n ? '' : `, ${grouped(pb.failed)} refused`;
  return {
    sid: pb.sid,
    action: action?.word ?? 'Change',
    word: WORDS[status] ?? action?.doing ?? 'Changing',
    said: `${count(Number(pb.done), 'play')} of ${pb.totalIsMore ? 'more than ' : ''}${grouped(pb.total)}${skipped}${refused}`,
    seen: Number(pb.seen),
    total: Number(pb.total),
    filter: pb.filter,
    namespace: pb.namespace,
    by: pb.createdBy,
    createdAt: msFromPb(pb.createdAt),
    moves: [BulkStatus.RUNNING, BulkStatus.REMOVING, BulkStatus.UNDOING].includes(status),
    canStop: status === BulkStatus.RUNNING,
    canUndo: status === BulkStatus.UNDO_WINDOW || (isDeletion && status === BulkStatus.STOPPED),
    undoUntil: status === BulkStatus.UNDO_WINDOW ? msFromPb(pb.undoUntil) : undefined,
    refused: Number(pb.failed),
  };
}
