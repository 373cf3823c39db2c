// Records a pause as a run meets it, and gives its answer when there is one. What the flow's author got wrong (a schema that is
// none, a default that does not fit it) and a prefilled play without an answer are `refused`: the play must fail with that text.

import { documentProblem, isHeroError, type SchemaCheck } from '@hero-logic/platform';
import { prefillRefusal } from '../answer-decision.ts';
import { rulesProblem } from '../answer-rules.ts';
import { playNotFound } from '../errors.ts';
import { requireLease } from '../lease.ts';
import { type Answer, type Question, type Recording, recordPause as record } from '../pause.ts';
import type { Play } from '../play.ts';
import { type CommandDeps, DUE_TOPIC, groupsOf, publishChange } from './deps.ts';

export interface RecordPause {
  readonly playSid: string;
  readonly token: string;
  readonly question: Question;
}

export type Recorded = { readonly answer: Answer | undefined } | { readonly refused: string };

export async function recordPause(deps: CommandDeps, { playSid, token, question }: RecordPause): Promise<Recorded> {
  const [play, known] = await Promise.all([deps.store.find(playSid), deps.store.findPause(playSid, question.id)]);
  if (play === undefined) throw playNotFound(playSid);
  requireLease(play, token);
  let prefilled: string | undefined;
  if (known === undefined) {
    const wrong = await questionProblem(deps, play, question);
    if (wrong !== undefined) return { refused: `pause "${question.name}": ${wrong}` };
    if (play.prefillOnly && question.kind === 'question') {
      prefilled = await deps.store.takePrefill(playSid, question.id, question.name);
      const refused = await prefillProblem(deps, play, question, prefilled);
      if (refused !== undefined) return { refused: `pause "${question.name}": ${refused}` };
    }
  }
  try {
    return { answer: await save(deps, playSid, { token, question, prefilled, now: deps.clock.now() }) };
  } catch (error) {
    if (isHeroError(error, 'TOO_LARGE') || isHeroError(error, 'RESUME_WITHDRAWN')) {
      return { refused: `pause "${question.name}": ${error.message}` };
    }
    throw error;
  } finally {
    if (known === undefined) publishChange(deps, play);
  }
}

async function save(deps: CommandDeps, playSid: string, recording: Recording): Promise<Answer | undefined> {
  const { question } = recording;
  const answer = await deps.store.changePause(playSid, question.id, (play, pause) => record(play, pause, recording));
  const isTimed = question.timeoutMs !== undefined || question.rules?.escalateAfterMs !== undefined;
  if (isTimed && answer === undefined) deps.signals.publish(DUE_TOPIC);
  return answer;
}

async function questionProblem(
  { schemas, config }: CommandDeps,
  { starters }: Play,
  question: Question,
): Promise<string | undefined> {
  const { schema, ui, defaultPayload, rules } = question;
  const wrong = rules && rulesProblem(rules, groupsOf(config), starters ?? []);
  if (wrong !== undefined) return wrong;
  const documents = { schema, ui, default: defaultPayload ?? '' };
  for (const [what, text] of Object.entries(documents)) {
    const problem = text === '' ? undefined : documentProblem(text);
    if (problem !== undefined) return `its ${what} ${problem}`;
  }
  if (defaultPayload === '') return 'its default is empty, which is not JSON';
  if (schema === '') return undefined;
  const problem = await schemas.aside.problem(schema);
  if (problem !== undefined) return `its schema ${problem}`;
  return defaultPayload === undefined ? undefined : misfit(schemas, schema, defaultPayload, 'default');
}

async function prefillProblem(
  { schemas, config }: CommandDeps,
  play: Play,
  question: Question,
  prefilled: string | undefined,
): Promise<string | undefined> {
  if (prefilled === undefined) return 'has no prefilled answer, and this play takes no others';
  const refused = prefillRefusal(play, question.rules, groupsOf(config));
  if (refused !== undefined) return refused;
  return question.schema === '' ? undefined : misfit(schemas, question.schema, prefilled, 'prefilled answer');
}

async function misfit(schemas: SchemaCheck, schema: string, value: string, what: string): Promise<string | undefined> {
  const violations = await schemas.aside.violations(schema, value, 'payload');
  if (violations.length === 0) return undefined;
  return `its ${what} does not fit: ${violations.map((v) => `${v.field} ${v.description}`).join('; ')}`;
}
