// Who may answer a question, who is answering it now, and who has answered so far.

import { AnswerEventKind, type ResumeRequest } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import { count, msFromPb } from './format.ts';
import { isRecord, parseJson } from './json.ts';

export interface AnswerState {
  /** For people, one sentence each; none = everybody may answer who may call. */
  readonly rules: readonly string[];
  /** So many people have to give an equal answer. */
  readonly quorum: number;
  readonly claim: { readonly by: string; readonly until: number } | undefined;
  readonly votes: readonly { readonly by: string; readonly text: string }[];
  readonly escalatesAt: number | undefined;
  /** Who may answer as well, once it escalates. */
  readonly escalatesTo: string;
  readonly history: readonly { readonly at: number; readonly did: string }[];
}

const DID: Record<AnswerEventKind, string> = {
  [AnswerEventKind.UNSPECIFIED]: 'did something',
  [AnswerEventKind.CLAIMED]: 'began to answer',
  [AnswerEventKind.RELEASED]: 'gave it back',
  [AnswerEventKind.VOTED]: 'answered, and more have to',
  [AnswerEventKind.ESCALATED]: 'it escalated',
  [AnswerEventKind.ANSWERED]: 'answered',
};

export function answerStateFromPb(pb: ResumeRequest): AnswerState {
  const until = msFromPb(pb.claim?.until);
  const escalated = pb.escalatedAt !== undefined;
  return {
    rules: rulesOf(pb, escalated),
    quorum: Math.max(1, pb.rules?.quorum ?? 1),
    claim: pb.claim === undefined || until === undefined ? undefined : { by: pb.claim.by, until },
    votes: pb.votes.map((v) => ({ by: v.by, text: v.payload })),
    escalatesAt: escalated ? undefined : msFromPb(pb.escalatesAt),
    escalatesTo: pb.rules?.escalateTo.join(', ') ?? '',
    history: pb.history.map((e) => ({
      at: msFromPb(e.at) ?? 0,
      did: `${e.by} ${DID[e.kind] ?? DID[AnswerEventKind.UNSPECIFIED]}`.trim(),
    })),
  };
}

function rulesOf({ rules }: ResumeRequest, escalated: boolean): string[] {
  if (rules === undefined) return [];
  const named = [...rules.assignees, ...rules.groups.map((g) => `group ${g}`)];
  const whom = named.length === 0 ? [] : [...named, ...(escalated ? rules.escalateTo : [])];
  return [
    ...(whom.length === 0 ? [] : [`May answer: ${whom.join(', ')}`]),
    ...(rules.noSelfApproval ? ['Not who started the play'] : []),
    ...(rules.quorum > 1 ? [`${count(rules.quorum, 'person has', 'people have')} to give an equal answer`] : []),
    ...(escalated ? ['It has escalated'] : []),
  ];
}

/** The claim that holds now. */
export function claimNow({ claim }: AnswerState, now: number): AnswerState['claim'] {
  return claim !== undefined && claim.until > now ? claim : undefined;
}

/** How many give the answer that most have given. */
export function agreeing({ votes }: AnswerState): number {
  const answers = votes.map((v) => inOneOrder(v.text));
  return Math.max(0, ...answers.map((a) => answers.filter((other) => other === a).length));
}

function inOneOrder(text: string): string {
  const parsed = parseJson(text);
  const sorted = (_: string, v: unknown) =>
    isRecord(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v;
  return parsed.ok ? JSON.stringify(parsed.value, sorted) : text;
}

/** Whether there is anything to say of it. */
export function hasAnswerRules({ rules, claim, escalatesAt, history }: AnswerState): boolean {
  return rules.length > 0 || claim !== undefined || escalatesAt !== undefined || history.length > 0;
}
