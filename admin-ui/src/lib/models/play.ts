import { type Play as PlayPb, WaitKind } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { count, moment, msFromPb } from './format.ts';
import { type Question, questionFromPb } from './question.ts';
import { type Failure, failureFromPb } from './span.ts';
import { isEnded, playStatusFromPb, STATUS_WORD, type Status } from './status.ts';

interface Wait {
  readonly kind: 'answer' | 'timer' | 'child';
  readonly id: string;
  readonly until: number | undefined;
  readonly playSid: string;
}

export interface Play {
  readonly sid: string;
  readonly name: string;
  readonly status: Status;
  readonly workflowSid: string;
  readonly workflowName: string;
  readonly versionSid: string;
  readonly versionNumber: number;
  readonly waits: readonly Wait[];
  readonly questions: readonly Question[];
  readonly answered: readonly Question[];
  readonly inputText: string;
  readonly outputText: string;
  readonly error: Failure | undefined;
  readonly warnings: readonly string[];
  readonly trigger: string;
  readonly parentSid: string;
  readonly forkedFrom: string;
  /** Its sid where it ran; empty = here. */
  readonly importedFrom: string;
  readonly attempt: number;
  readonly sandboxTier: string;
  readonly spanCount: number;
  readonly costUsd: number | undefined;
  readonly createdAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly completedAt: number | undefined;
  /** Set while an operator holds it. */
  readonly heldSince: number | undefined;
  readonly heldBy: string;
  readonly versionChoice: string;
  readonly ranMs: number;
  readonly waitedMs: number;
}

const WAIT: Partial<Record<WaitKind, Wait['kind']>> = {
  [WaitKind.ANSWER]: 'answer',
  [WaitKind.TIMER]: 'timer',
  [WaitKind.CHILD]: 'child',
};

export function playFromPb(pb: PlayPb): Play {
  return {
    sid: pb.sid,
    name: pb.name === '' ? pb.workflowName : pb.name,
    status: playStatusFromPb(pb.status),
    workflowSid: pb.workflowSid,
    workflowName: pb.workflowName,
    versionSid: pb.workflowVersionSid,
    versionNumber: pb.versionNumber,
    waits: pb.waitingFor.map((w) => ({
      kind: WAIT[w.kind] ?? 'answer',
      id: w.id,
      until: msFromPb(w.until),
      playSid: w.playSid,
    })),
    questions: pb.pendingResumes.map(questionFromPb),
    answered: pb.receivedResumes.map(questionFromPb),
    inputText: pb.inputData,
    outputText: pb.outputData,
    error: failureFromPb(pb.error),
    warnings: pb.warnings,
    trigger: pb.trigger,
    parentSid: pb.parentPlaySid,
    forkedFrom: pb.forkedFrom?.playSid ?? '',
    importedFrom: pb.importedFrom?.playSid ?? '',
    attempt: pb.attempt,
    sandboxTier: pb.sandboxTier,
    spanCount: Number(pb.spanCount),
    costUsd: pb.totalCostUsd,
    createdAt: msFromPb(pb.createdAt),
    startedAt: msFromPb(pb.startedAt),
    completedAt: msFromPb(pb.completedAt),
    heldSince: msFromPb(pb.hold?.at),
    heldBy: pb.hold?.by ?? '',
    versionChoice: pb.versionChoice,
    ranMs: Number(pb.durationMs),
    waitedMs: Number(pb.waitingMs),
  };
}

export function asksAPerson(play: Pick<Play, 'status' | 'waits'>): boolean {
  return play.status === 'awaiting_resume' && play.waits.some((w) => w.kind === 'answer');
}

/** The status in words; a waiting play says what for. */
export function statusWord(play: Pick<Play, 'status' | 'waits'>, now: number): string {
  if (play.status !== 'awaiting_resume') return STATUS_WORD[play.status];
  if (asksAPerson(play)) return 'Waiting for a person';
  const timers = play.waits.filter((w) => w.kind === 'timer' && w.until !== undefined).map((w) => w.until as number);
  if (timers.length > 0) return `Sleeps until ${moment(Math.min(...timers), now)}`;
  const children = play.waits.filter((w) => w.kind === 'child').length;
  return children > 0 ? `Waits for ${count(children, 'play')}` : STATUS_WORD.awaiting_resume;
}

/** Time running and time waiting by now: the server counts up to the last change, the page from there. */
export function timesNow(play: Play, now: number): { ran: number; waited: number } {
  if (isEnded(play.status) || play.startedAt === undefined) return { ran: play.ranMs, waited: play.waitedMs };
  const since = Math.max(0, now - play.startedAt);
  if (play.status === 'running') return { ran: Math.max(play.ranMs, since - play.waitedMs), waited: play.waitedMs };
  if (play.status === 'awaiting_resume')
    return { ran: play.ranMs, waited: Math.max(play.waitedMs, since - play.ranMs) };
  return { ran: play.ranMs, waited: play.waitedMs };
}

/** Fresh plays into a shown list: known ones change in place, new ones are held back and counted. */
export function mergeInPlace(shown: readonly Play[], fresh: readonly Play[]): { plays: Play[]; waiting: Play[] } {
  const bySid = new Map(fresh.map((p) => [p.sid, p]));
  const known = new Set(shown.map((p) => p.sid));
  return {
    plays: shown.map((p) => bySid.get(p.sid) ?? p),
    waiting: fresh.filter((p) => !known.has(p.sid)),
  };
}
