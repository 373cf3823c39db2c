// example add FLOW NAME: saves inputs, answers and an expected output as an example.

import { documentProblem, jsonMembers, jsonType } from '@hero-logic/platform/client';
import { ExampleSchema } from '@hero-logic/proto/herologic/registry/v1/example_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { chooseVersion, resolveFlow } from '../core/resolve-flow.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { createReadValue, type ReadValue } from '../input/read-value.ts';
import { inputData } from '../input/typed-inputs.ts';
import { exampleLine } from './example-save.ts';

export interface ExampleAddArgs {
  readonly flow: string;
  readonly name: string;
  readonly input?: readonly string[];
  readonly json?: string;
  readonly prefill?: string;
  readonly expect?: string;
  readonly description?: string;
  readonly tag?: readonly string[];
  readonly flowVersion?: string;
}

export async function exampleAdd(context: Context, args: ExampleAddArgs): Promise<ExitCode> {
  const { clients, io } = context;
  const read = createReadValue(io);
  const flow = await resolveFlow(clients, args.flow);
  const version = chooseVersion(flow, args.flowVersion);
  const input = await inputData({ fields: version?.inputs ?? [], pairs: args.input ?? [], json: args.json, read });
  const example = await clients.examples.upsertExample({
    workflowSid: flow.sid,
    name: args.name,
    inputValues: membersOf(input),
    resumes: membersOf(await document(read, args.prefill, '--prefill', 'object')),
    expectedOutput: await document(read, args.expect, '--expect'),
    description: args.description ?? '',
    tags: [...(args.tag ?? [])],
    workflowVersionSid: args.flowVersion === undefined ? '' : (version?.sid ?? ''),
  });
  io.out(`${context.json ? JSON.stringify(toJson(ExampleSchema, example)) : exampleLine(example)}\n`);
  return EXIT.ok;
}

function membersOf(text: string): Record<string, string> {
  return text === '' ? {} : Object.fromEntries(jsonMembers(text));
}

/** Empty for what was not given. */
async function document(read: ReadValue, given: string | undefined, what: string, type = ''): Promise<string> {
  if (given === undefined) return '';
  const text = await read(given, what);
  const problem = documentProblem(text);
  if (problem !== undefined) throw new UsageError(`${what}: ${problem}`);
  if (type !== '' && jsonType(text) !== type) throw new UsageError(`${what}: must be a JSON ${type}`);
  return text;
}
