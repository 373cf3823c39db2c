// What a change of a play is to the outside: at most one event about the play and one about a question. Pure, and the same for the same
// change: the id of an event is made of the play, its rev and the kind, so that an event that is written twice is one.

import { DEFAULT_NAMESPACE } from '@hero-logic/platform';
import type { AnswerRules } from '../answer-rules.ts';
import type { Pause } from '../pause.ts';
import { cutText, isTerminal, type Play, type PlayStatus } from '../play.ts';

export const WEBHOOK_EVENTS = [
  'play.created',
  'play.started',
  'play.success',
  'play.failed',
  'play.cancelled',
  'play.timed_out',
  'pause.asked',
  'pause.answered',
  'pause.expired',
  'pause.claimed',
  'pause.escalated',
  'webhook.test',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** One write of a play; `before` is absent for a new one. */
export interface PlayStep {
  readonly before: Play | undefined;
  /** With its rev. */
  readonly after: Play;
  readonly pause?: { readonly before: Pause | undefined; readonly after: Pause } | undefined;
}

export interface PlayEvent {
  readonly id: string;
  readonly type: WebhookEvent;
  readonly at: number;
  readonly play: Play;
  readonly pause?: Pause | undefined;
}

export function playEventsOf(step: PlayStep): PlayEvent[] {
  return [eventOfPlay(step), eventOfPause(step)].filter((event) => event !== undefined);
}

function eventOfPlay({ before, after }: PlayStep): PlayEvent | undefined {
  if (before === undefined) return eventOf('play.created', after.createdAt, after);
  if (before.startedAt === undefined && after.startedAt !== undefined) {
    return eventOf('play.started', after.startedAt, after);
  }
  if (!isTerminal(after.status) || isTerminal(before.status)) return undefined;
  return eventOf(`play.${after.status}`, after.completedAt ?? after.createdAt, after);
}

function eventOfPause({ after: play, pause }: PlayStep): PlayEvent | undefined {
  if (pause === undefined || pause.after.kind !== 'question') return undefined;
  const { before, after } = pause;
  const of = (type: WebhookEvent, at: number) => ({ ...eventOf(type, at, play), pause: after });
  if (after.state === 'open') {
    if (before === undefined) return of('pause.asked', after.askedAt);
    const { claim, escalatedAt } = after;
    if (escalatedAt !== undefined && before.escalatedAt === undefined) return of('pause.escalated', escalatedAt);
    return claim !== undefined && claim.at !== before.claim?.at ? of('pause.claimed', claim.at) : undefined;
  }
  if (after.state === before?.state) return undefined;
  if (after.state === 'answered') return of('pause.answered', after.resumedAt ?? after.askedAt);
  return after.state === 'expired' ? of('pause.expired', after.resumedAt ?? after.askedAt) : undefined;
}

function eventOf(type: WebhookEvent, at: number, play: Play): PlayEvent {
  return { id: `msg_${play.sid}_${play.rev}_${type.replace('.', '_')}`, type, at, play };
}

const MOST_MESSAGE_CHARS = 4096;
const MOST_ERROR_CHARS = 2000;

/** The body of a delivery as Standard Webhooks has it: what is needed to act on it or to ask for more, and none of the documents of a play. */
export function standardBody({ type, at, play, pause }: Omit<PlayEvent, 'id'>): string {
  const data = { play: playSummary(play), ...(pause === undefined ? {} : { pause: pauseSummary(pause) }) };
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
}

function rulesSummary({ assignees, groups, quorum, noSelfApproval, escalateTo }: AnswerRules): object {
  return { assignees, groups, quorum, no_self_approval: noSelfApproval, escalate_to: escalateTo };
}

interface PlaySummary {
  readonly sid: string;
  readonly seq: number;
  readonly name: string;
  readonly status: PlayStatus;
  readonly [more: string]: unknown;
}

function playSummary(play: Play): PlaySummary {
  const { error } = play;
  return {
    sid: play.sid,
    seq: play.rev,
    name: play.name,
    status: play.status,
    workflow_sid: play.workflowSid,
    workflow_name: play.workflowName,
    namespace: play.namespace ?? DEFAULT_NAMESPACE,
    version_sid: play.versionSid,
    version_number: play.versionNumber,
    tags: play.tags,
    trigger: play.trigger,
    parent_play_sid: play.parentPlaySid,
    root_play_sid: play.rootPlaySid,
    created_at: play.createdAt,
    started_at: play.startedAt,
    completed_at: play.completedAt,
    duration_ms: play.durationMs,
    waiting_ms: play.waitingMs,
    ...(error === undefined ? {} : { error: { type: error.type, message: cutText(error.message, MOST_ERROR_CHARS) } }),
  };
}

function pauseSummary(pause: Pause): object {
  return {
    id: pause.id,
    name: pause.name,
    message: cutText(pause.message, MOST_MESSAGE_CHARS),
    asked_at: pause.askedAt,
    expires_at: pause.expiresAt,
    resumed_at: pause.resumedAt,
    ...(pause.resumedBy === '' ? {} : { resumed_by: pause.resumedBy }),
    ...(pause.claim === undefined ? {} : { claimed_by: pause.claim.by, claimed_until: pause.claim.until }),
    ...(pause.escalatedAt === undefined ? {} : { escalated_at: pause.escalatedAt }),
    ...(pause.rules === undefined ? {} : rulesSummary(pause.rules)),
  };
}
