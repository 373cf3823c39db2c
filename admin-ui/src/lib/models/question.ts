import type { ResumeRequest } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import { type AnswerState, answerStateFromPb } from './answer-rules.ts';
import { msFromPb } from './format.ts';
import { isRecord, parseJson, preview } from './json.ts';
import { plainLine } from './plain-line.ts';

/** A question of a play, open or answered. */
export interface Question {
  readonly id: string;
  readonly playSid: string;
  readonly name: string;
  readonly schema: string;
  readonly ui: string;
  /** The question in a few words, plain; empty when the message says it all. */
  readonly title: string;
  /** Markdown; empty when the title says it all. */
  readonly message: string;
  readonly spanId: string;
  readonly askedAt: number | undefined;
  readonly expiresAt: number | undefined;
  /** JSON text; empty = none. */
  readonly defaultText: string;
  readonly answerText: string;
  readonly answeredAt: number | undefined;
  readonly answeredBy: string;
  readonly answers: AnswerState;
}

export function questionFromPb(pb: ResumeRequest): Question {
  const title = titleOf(pb);
  return {
    id: pb.id,
    playSid: pb.playSid,
    name: pb.name,
    schema: pb.schema,
    ui: pb.ui,
    title,
    message: pb.message.trim() === title ? '' : pb.message,
    spanId: pb.askedAtSpanId,
    askedAt: msFromPb(pb.askedAt),
    expiresAt: msFromPb(pb.expiresAt),
    defaultText: pb.defaultPayload,
    answerText: pb.payload,
    answeredAt: msFromPb(pb.resumedAt),
    answeredBy: pb.resumedBy,
    answers: answerStateFromPb(pb),
  };
}

/** `ui.label` as `ask_user` writes it, or the schema's title. */
function titleOf(pb: ResumeRequest): string {
  for (const [text, member] of [
    [pb.ui, 'label'],
    [pb.schema, 'title'],
  ] as const) {
    const parsed = parseJson(text);
    const value = parsed.ok && isRecord(parsed.value) ? parsed.value[member] : undefined;
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return pb.message.trim() === '' ? words(pb.name) : '';
}

/** Nobody answered in time: the default was taken, where there was one. */
export function hasExpired({ answeredBy }: Question): boolean {
  return answeredBy === 'expired' || answeredBy === 'default';
}

/** What became of an answered question, after its name: "was answered by Ana: warm". */
export function outcomeLine(question: Question): string {
  const answer = preview(question.answerText) || question.answerText;
  if (hasExpired(question)) return answer === '' ? 'ran out of time' : `ran out of time; taken was ${answer}`;
  return `was answered${question.answeredBy === '' ? '' : ` by ${question.answeredBy}`}: ${answer}`;
}

/** The question as one plain line, for lists: the title, else the first line of the message without Markdown marks, else the name. */
export function questionLine({ title, message, name }: Pick<Question, 'title' | 'message' | 'name'>): string {
  if (title !== '') return title;
  const plain = plainLine(message);
  return plain === '' ? words(name) : plain;
}

function words(name: string): string {
  const text = name.replaceAll('_', ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
