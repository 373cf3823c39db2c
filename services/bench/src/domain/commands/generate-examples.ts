// Examples that a flow thinks of: each input is checked against the version's declaration before it is saved, and named after its digest, so that the
// same input again is the same example.

import { createHash } from 'node:crypto';
import {
  canonicalJson,
  documentProblem,
  HeroError,
  jsonElements,
  jsonMembers,
  jsonObject,
  jsonType,
  type SchemaCheck,
} from '@hero-logic/platform';
import type { DeclaredInput, Library, Plays } from '../ports.ts';

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
}

export interface GeneratedExamples {
  readonly exampleSids: readonly string[];
  readonly rejected: readonly string[];
}

const MOST_SHOWN = 20;
const TAG = 'generated';

/** FLOW_GAVE_NOTHING when the flow fails or returns no list. */
export async function generateExamples(
  deps: GenerateDeps,
  { workflowSid, versionSid, flow, count }: GenerateExamples,
  abort: AbortSignal,
): Promise<GeneratedExamples> {
  const { library, plays } = deps;
  const { name, namespace } = await library.workflow(workflowSid);
  const version = await library.version(workflowSid, versionSid);
  const inputs = await library.inputs(version.sid);
  const present = await library.examples(workflowSid);
  const asked = jsonObject([
    ['workflow', JSON.stringify(name)],
    ['inputs', `[${inputs.map(inputText).join(',')}]`],
    [
      'examples',
      `[${present
        .slice(0, MOST_SHOWN)
        .map((e) => jsonObject(Object.entries(e.inputValues)))
        .join(',')}]`,
    ],
    ['count', String(count)],
  ]);
  const output = await plays.call({ flow, namespace, inputData: asked, key: '' }, abort);
  if (output === undefined || jsonType(output) !== 'array') {
    const problem = output === undefined ? 'did not succeed' : `returned no list, but a JSON ${jsonType(output)}`;
    throw new HeroError('FLOW_GAVE_NOTHING', `the flow "${flow}" ${problem}; look at its latest play`, {
      metadata: { flow },
    });
  }
  const exampleSids: string[] = [];
  const rejected: string[] = [];
  for (const [i, text] of jsonElements(output, count).entries()) {
    const problems = inputProblems(text, inputs, deps.schemas);
    if (problems.length > 0) {
      rejected.push(`${i + 1}: ${problems.join('; ')}`);
      continue;
    }
    const digest = createHash('sha256').update(canonicalJson(text)).digest('hex').slice(0, 8);
    const example = { name: `generated ${digest}`, description: `Thought of by the flow "${flow}"`, tags: [TAG] };
    const inputValues = Object.fromEntries(jsonMembers(text));
    exampleSids.push(await library.saveExample(workflowSid, { ...example, inputValues }));
  }
  return { exampleSids: [...new Set(exampleSids)], rejected };
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

function inputProblems(text: string, inputs: readonly DeclaredInput[], schemas: SchemaCheck): string[] {
  if (jsonType(text) !== 'object') return [`is a JSON ${jsonType(text)}, not an object of inputs`];
  const given = new Map(jsonMembers(text));
  const declared = new Set(inputs.map((input) => input.name));
  const unknown = [...given.keys()].filter((name) => !declared.has(name)).map((name) => `${name} is no input`);
  return [...unknown, ...inputs.flatMap((input) => valueProblems(input, given.get(input.name), schemas))];
}

function valueProblems(
  { name, type, required, schema }: DeclaredInput,
  value: string | undefined,
  schemas: SchemaCheck,
): string[] {
  if (value === undefined) return required ? [`${name} is missing`] : [];
  const problem = documentProblem(value);
  if (problem !== undefined) return [`${name} ${problem}`];
  const isWhole = type === 'integer' && jsonType(value) === 'number' && Number.isInteger(Number(value));
  if (type !== '' && jsonType(value) !== type && !isWhole) return [`${name} must be of type ${type}`];
  return schema === '' ? [] : schemas.violations(schema, value, name).map((v) => `${v.field} ${v.description}`);
}
