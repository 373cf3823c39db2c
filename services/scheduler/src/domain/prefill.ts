// Answers given before they are asked for: {pause name or resume id: payload, or a list of payloads taken in order}. A payload
// that is itself a list is wrapped in one.

import { documentProblem, invalid, jsonElements, jsonMembers, jsonType } from '@hero-logic/platform';

export interface PrefilledAnswer {
  /** Pause name or resume id. */
  readonly key: string;
  readonly payload: string;
}

/** The answers in their order. INVALID_ARGUMENT naming prefill_resumes_json. */
export function parsePrefill(text: string): PrefilledAnswer[] {
  const problem = documentProblem(text) ?? (jsonType(text) === 'object' ? undefined : 'must be a JSON object');
  if (problem !== undefined) throw invalid([{ field: 'prefill_resumes_json', description: problem }]);
  const members = jsonMembers(text);
  const names = members.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw invalid([
      { field: 'prefill_resumes_json', description: `has "${twice}" twice; write several answers as a list` },
    ]);
  }
  return members.flatMap(([key, raw]) => prefilledAnswers(key, raw));
}

/** One name's answers. */
export function prefilledAnswers(key: string, raw: string): PrefilledAnswer[] {
  const payloads = jsonType(raw) === 'array' ? jsonElements(raw) : [raw];
  return payloads.map((payload) => ({ key, payload }));
}
