// A play that has ended elsewhere and is kept here: it is read like any other, never changes, and says where it ran. Pure.

import { createHash } from 'node:crypto';
import { firstSidAt } from '@hero-logic/platform';
import type { CatalogVersion } from './catalog.ts';
import { type Pause, questionBytes } from './pause.ts';
import type { Play, TerminalStatus } from './play.ts';

/** What the file says of the play. */
export interface RecordedPlay
  extends Pick<Play, 'name' | 'attempt' | 'prefillOnly' | 'priority' | 'tags' | 'error' | 'warnings' | 'totalCostUsd'>,
    Pick<Play, 'tokensPrompt' | 'tokensCompletion' | 'createdAt' | 'startedAt' | 'completedAt'>,
    Pick<Play, 'durationMs' | 'waitingMs' | 'sandboxTier' | 'versionChoice' | 'parentSpanId'> {
  /** Where it ran. */
  readonly sid: string;
  readonly versionSid: string;
  readonly status: TerminalStatus;
  readonly inputData: string;
  readonly outputData: string;
  /** Answered or expired, in the order of their answers; `playSid` is that of the original. */
  readonly answers: readonly Pause[];
  readonly spanCount: number;
}

/** The same each time for one play in one workflow, in the order of time among the plays that ran here. */
export function importedSid(workflowSid: string, { sid, createdAt }: Pick<RecordedPlay, 'sid' | 'createdAt'>): string {
  const bytes = createHash('sha256').update(`${workflowSid} ${sid}`).digest().subarray(0, 16);
  return firstSidAt(createdAt).slice(0, TIME_CHARS) + [...bytes].map((byte) => DIGITS[byte % 32]).join('');
}

const TIME_CHARS = 10;
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

export function importedPlay(
  recorded: RecordedPlay,
  version: CatalogVersion,
  { by, now }: { readonly by: string; readonly now: number },
): Play {
  const { sid: playSid, versionSid, inputData, outputData: _, answers, ...play } = recorded;
  const sid = importedSid(version.workflowSid, recorded);
  return {
    ...play,
    sid,
    workflowSid: version.workflowSid,
    workflowName: version.workflowName,
    ...(version.namespace === undefined ? {} : { namespace: version.namespace }),
    versionSid: version.versionSid,
    versionNumber: version.versionNumber,
    ...{ rev: 1, lostLeases: 0, limits: version.limits, idempotencyKey: '', concurrencyKey: '', concurrencyLimit: 0 },
    trigger: `import of ${playSid}`,
    ...{ parentPlaySid: '', parentResumeId: '', rootPlaySid: sid, depth: 0 },
    importedFrom: { playSid, versionSid, at: now, by },
    inputBytes: Buffer.byteLength(inputData),
    answerBytes: answers.reduce((sum, { payload = '' }) => sum + Buffer.byteLength(payload), 0),
    childAnswerBytes: 0,
    questionBytes: answers.reduce((sum, answer) => sum + questionBytes(answer), 0),
    answers: answers.length,
  };
}
