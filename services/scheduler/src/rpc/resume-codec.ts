// Questions and answers on the wire.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timeToPb } from '@hero-logic/platform';
import type { AnswerSchema } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { type ResumeRequest, ResumeRequestSchema } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import type { Answer, Pause } from '../domain/pause.ts';

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
  });
}

export function answerToPb(answer: Answer): MessageInitShape<typeof AnswerSchema> {
  return { id: answer.id, name: answer.name, payload: answer.payload, expired: answer.expired };
}
