// Examples that a flow thinks of: each input is checked against the version's declaration before it is saved, and named after its digest, so that the
// same input again is the same example.

import { createHash } from 'node:crypto';
import {
  canonicalJson,
  HeroError,
  jsonElements,
  jsonMembers,
  jsonObject,
  jsonType,
  type SchemaCheck,
} from '@hero-logic/platform';
import { inputProblems } from '../input-problems.ts';
import type { BenchExample, DeclaredInput, FlowReply, Library, Plays } from '../ports.ts';

export interface GenerateDeps {
  readonly library: Library;
  readonly plays: Pick<Plays, 'call'>;
  readonly schemas: SchemaCheck;
}

export interface GenerateExamples {
  readonly workflowSid: string;
  readonly versionSid: string;
  readonly flow: string;
  readonly count: number;
  /** Under which the flow is started, each time with the same input; empty = anew each time. */
  readonly key: string;
  /** Inputs that there are; the first of them are shown to the flow. */
  readonly known: readonly BenchExample[];
}

/** The seed flow that asks a model. */
export const INVENT_INPUTS = 'invent_inputs';

export interface GeneratedExamples {
  readonly exampleSids: readonly string[];
  readonly rejected: readonly string[];
}

const MOST_SHOWN = 20;
const LONGEST_SHOWN = 10_000;
const TAG = 'generated';

/** FLOW_GAVE_NOTHING when the flow fails or returns no list. */
export async function generateExamples(
  { library, plays, schemas }: GenerateDeps,
  { workflowSid, versionSid, flow, count, key, known }: GenerateExamples,
  abort: AbortSignal,
): Promise<GeneratedExamples> {
  const { namespace } = await library.workflow(workflowSid);
  const version = await library.version(workflowSid, versionSid);
  const asked = askedOf(version.workflowName, version.inputs, known, count);
  const list = listOf(flow, await plays.call({ flow, namespace, inputData: asked, key }, abort));
  const exampleSids: string[] = [];
  const rejected: string[] = [];
  for (const [i, text] of jsonElements(list, count).entries()) {
    const problems = inputProblems(text, version.inputs, schemas);
    if (problems.length > 0) rejected.push(`${i + 1}: ${problems.join('; ')}`);
    else exampleSids.push(await library.saveExample(workflowSid, exampleOf(flow, text)));
  }
  return { exampleSids: [...new Set(exampleSids)], rejected };
}

function askedOf(
  workflow: string,
  inputs: readonly DeclaredInput[],
  known: readonly BenchExample[],
  count: number,
): string {
  const examples = known
    .map((e) => jsonObject(Object.entries(e.inputValues)))
    .filter((text) => text.length <= LONGEST_SHOWN)
    .slice(0, MOST_SHOWN);
  return jsonObject([
    ['workflow', JSON.stringify(workflow)],
    ['inputs', `[${inputs.map(inputText).join(',')}]`],
    ['examples', `[${examples.join(',')}]`],
    ['count', String(count)],
  ]);
}

function listOf(flow: string, { playSid, output, error }: FlowReply): string {
  if (output !== undefined && jsonType(output) === 'array') return output;
  const problem =
    output === undefined ? `did not succeed: ${error}` : `returned no list, but a JSON ${jsonType(output)}`;
  throw new HeroError('FLOW_GAVE_NOTHING', `the flow "${flow}" ${problem} (play ${playSid})`, {
    metadata: { flow, play_sid: playSid },
  });
}

function exampleOf(flow: string, text: string) {
  const digest = createHash('sha256').update(canonicalJson(text)).digest('hex').slice(0, 8);
  return {
    name: `generated ${digest}`,
    description: `Thought of by the flow "${flow}"`,
    tags: [TAG],
    inputValues: Object.fromEntries(jsonMembers(text)),
  };
}

function inputText(input: DeclaredInput): string {
  const { name, type, description, required } = input;
  const members: [string, string][] = Object.entries({ name, type, description, required }).map(([k, v]) => [
    k,
    JSON.stringify(v),
  ]);
  if (input.default !== '') members.push(['default', input.default]);
  if (input.schema !== '') members.push(['schema', input.schema]);
  return jsonObject(members);
}
