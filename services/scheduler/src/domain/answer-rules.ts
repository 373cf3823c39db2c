// What the author of a flow says about who may answer a question, and what is kept of claims and answers.

export interface AnswerRules {
  /** With `groups` empty too: everybody. */
  readonly assignees: readonly string[];
  readonly groups: readonly string[];
  /** 1 or more. */
  readonly quorum: number;
  readonly noSelfApproval: boolean;
  readonly escalateAfterMs?: number | undefined;
  /** People and groups. */
  readonly escalateTo: readonly string[];
}

export interface AnswerClaim {
  readonly by: string;
  readonly at: number;
  readonly until: number;
}

export interface AnswerVote {
  readonly by: string;
  readonly at: number;
  readonly payload: string;
}

export type AnswerEventKind = 'claimed' | 'released' | 'voted' | 'escalated' | 'answered';

export interface AnswerEvent {
  readonly at: number;
  readonly kind: AnswerEventKind;
  /** Empty = time. */
  readonly by: string;
}

/** Members of each group. */
export type Groups = ReadonlyMap<string, ReadonlySet<string>>;

/** Why rules cannot be met in a play of these starters; undefined = they can. */
export function rulesProblem(rules: AnswerRules, groups: Groups, starters: readonly string[]): string | undefined {
  const { assignees, groups: named, quorum, noSelfApproval, escalateAfterMs, escalateTo } = rules;
  const unknown = named.find((group) => !groups.has(group));
  if (unknown !== undefined) return `its group "${unknown}" is not in HERO_LOGIC_GROUPS`;
  if ((escalateAfterMs === undefined) !== (escalateTo.length === 0)) {
    return 'escalate_after and escalate_to are only good together';
  }
  if (assignees.length === 0 && named.length === 0) {
    return escalateTo.length === 0 ? undefined : 'everybody may answer it, so there is nobody to escalate to';
  }
  const everybody = new Set([
    ...assignees,
    ...[...named, ...escalateTo].flatMap((name) => [...(groups.get(name) ?? [name])]),
  ]);
  const barred = noSelfApproval ? starters.filter((name) => everybody.delete(name)) : [];
  if (everybody.size >= quorum) return undefined;
  const but = barred.length === 0 ? '' : `: not ${barred.join(', ')}, who started the play`;
  return `it needs ${quorum} ${quorum === 1 ? 'person' : 'people'}, and only ${everybody.size} may answer${but}`;
}
