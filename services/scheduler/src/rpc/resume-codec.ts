// Questions and answers on the wire.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { timeFromPb, timeToPb } from '@hero-logic/platform';
import type { AnswerSchema } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import {
  type AnswerRulesSchema,
  AnswerEventKind as PbAnswerEventKind,
  type AnswerRules as PbAnswerRules,
  type ResumeRequest,
  ResumeRequestSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import type { AnswerEventKind, AnswerRules } from '../domain/answer-rules.ts';
import type { Answer, Pause } from '../domain/pause.ts';
import { spanFromPb } from './duration-codec.ts';

export function resumeToPb(pause: Pause): ResumeRequest {
  return create(ResumeRequestSchema, {
    id: pause.id,
    playSid: pause.playSid,
    name: pause.name,
    schema: pause.schema,
    ui: pause.ui,
    message: pause.message,
    askedAtSpanId: pause.spanId,
    askedAt: timeToPb(pause.askedAt),
    ...(pause.expiresAt === undefined ? {} : { expiresAt: timeToPb(pause.expiresAt) }),
    defaultPayload: pause.defaultPayload ?? '',
    payload: pause.payload ?? '',
    ...(pause.resumedAt === undefined ? {} : { resumedAt: timeToPb(pause.resumedAt) }),
    resumedBy: pause.resumedBy,
    ...answersToPb(pause),
  });
}

/** An answered or expired question as another store gave it. */
export function answerFromPb(pb: ResumeRequest): Pause {
  const expired = pb.resumedBy === 'expired' && pb.payload === '';
  const rules = rulesFromPb(pb.rules);
  const escalatedAt = timeFromPb(pb.escalatedAt);
  return {
    ...{ id: pb.id, playSid: pb.playSid, name: pb.name, kind: 'question', spanId: pb.askedAtSpanId },
    ...{ schema: pb.schema, ui: pb.ui, message: pb.message, state: expired ? 'expired' : 'answered' },
    ...{ askedAt: timeFromPb(pb.askedAt) ?? 0, expiresAt: timeFromPb(pb.expiresAt) },
    ...{ resumedAt: timeFromPb(pb.resumedAt), resumedBy: pb.resumedBy, deliveredIn: 0 },
    ...(pb.defaultPayload === '' ? {} : { defaultPayload: pb.defaultPayload }),
    ...(expired ? {} : { payload: pb.payload }),
    ...(rules === undefined ? {} : { rules }),
    ...(escalatedAt === undefined ? {} : { escalatedAt }),
    votes: pb.votes.map(({ by, at, payload }) => ({ by, at: timeFromPb(at) ?? 0, payload })),
    history: pb.history.flatMap(({ at, by, kind }) => {
      const known = (Object.keys(EVENTS) as AnswerEventKind[]).find((event) => EVENTS[event] === kind);
      return known === undefined ? [] : [{ at: timeFromPb(at) ?? 0, by, kind: known }];
    }),
  };
}

const EVENTS: Record<AnswerEventKind, PbAnswerEventKind> = {
  claimed: PbAnswerEventKind.CLAIMED,
  released: PbAnswerEventKind.RELEASED,
  voted: PbAnswerEventKind.VOTED,
  escalated: PbAnswerEventKind.ESCALATED,
  answered: PbAnswerEventKind.ANSWERED,
};

/** Who may answer, who does, and what happened so far. */
function answersToPb(pause: Pause) {
  const { rules, claim, votes = [], escalatesAt, escalatedAt, history = [] } = pause;
  return {
    ...(rules === undefined ? {} : { rules: rulesToPb(rules) }),
    ...(claim === undefined ? {} : { claim: { by: claim.by, at: timeToPb(claim.at), until: timeToPb(claim.until) } }),
    votes: votes.map(({ by, at, payload }) => ({ by, at: timeToPb(at), payload })),
    ...(escalatesAt === undefined ? {} : { escalatesAt: timeToPb(escalatesAt) }),
    ...(escalatedAt === undefined ? {} : { escalatedAt: timeToPb(escalatedAt) }),
    history: history.map(({ at, kind, by }) => ({ at: timeToPb(at), kind: EVENTS[kind], by })),
  };
}

function rulesToPb({ escalateAfterMs, ...rules }: AnswerRules): MessageInitShape<typeof AnswerRulesSchema> {
  const { assignees, groups, quorum, noSelfApproval, escalateTo } = rules;
  const after = escalateAfterMs === undefined ? {} : { escalateAfter: durationFromMs(escalateAfterMs) };
  return {
    assignees: [...assignees],
    groups: [...groups],
    quorum,
    noSelfApproval,
    escalateTo: [...escalateTo],
    ...after,
  };
}

/** undefined: they say nothing. */
export function rulesFromPb(rules: PbAnswerRules | undefined): AnswerRules | undefined {
  if (rules === undefined) return undefined;
  const { assignees, groups, noSelfApproval, escalateTo } = rules;
  const quorum = rules.quorum || 1;
  const escalateAfterMs = spanFromPb(rules.escalateAfter);
  const says = [assignees, groups, escalateTo].some((names) => names.length > 0) || quorum > 1 || noSelfApproval;
  return says || escalateAfterMs !== undefined
    ? { assignees, groups, quorum, noSelfApproval, escalateAfterMs, escalateTo }
    : undefined;
}

export function answerToPb(answer: Answer): MessageInitShape<typeof AnswerSchema> {
  return { id: answer.id, name: answer.name, payload: answer.payload, expired: answer.expired };
}
