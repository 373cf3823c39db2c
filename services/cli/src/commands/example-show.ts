// example list FLOW, example show FLOW NAME, example remove FLOW NAME.

import { jsonObject, timeFromPb } from '@hero-logic/platform/client';
import { type Example, ExampleSchema } from '@hero-logic/proto/herologic/registry/v1/example_pb';
import type { Workflow } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { allExamples, resolveExamples } from '../core/resolve-example.ts';
import { resolveFlow } from '../core/resolve-flow.ts';
import { toJson } from '../core/to-json.ts';
import { ago } from '../text/duration.ts';
import { tableLines } from '../text/table.ts';
import { clean, cleanLines } from '../text/width.ts';

export interface WhichExample {
  readonly flow: string;
  readonly example: string;
}

export async function exampleList(context: Context, args: { readonly flow: string }): Promise<ExitCode> {
  const { io, clients, clock } = context;
  const flow = await resolveFlow(clients, args.flow);
  const examples = await allExamples(clients, flow.sid);
  if (context.json) {
    io.out(`${JSON.stringify({ examples: examples.map((e) => toJson(ExampleSchema, e)) })}\n`);
    return EXIT.ok;
  }
  if (examples.length === 0) {
    io.err('The flow has no examples yet; example add and example save make one.\n');
    return EXIT.ok;
  }
  const rows = examples.map((e) => [
    e.name,
    versionOf(flow, e),
    e.expectedOutput === '' ? 'no' : 'yes',
    ago(clock.now() - (timeFromPb(e.updatedAt) ?? clock.now())),
    e.tags.join(','),
    inputText(e),
  ]);
  const head = ['NAME', 'FOR', 'EXPECTS', 'CHANGED', 'TAGS', 'INPUTS'];
  io.out(`${tableLines({ head, rows, io }).join('\n')}\n`);
  return EXIT.ok;
}

export async function exampleShow(context: Context, args: WhichExample): Promise<ExitCode> {
  const { flow, example } = await which(context, args);
  if (context.json) {
    context.io.out(`${JSON.stringify(toJson(ExampleSchema, example))}\n`);
    return EXIT.ok;
  }
  const lines = [`${clean(example.name)}  ${example.sid}`];
  if (example.description !== '') lines.push(...cleanLines(example.description));
  if (example.tags.length > 0) lines.push(`tags: ${example.tags.map(clean).join(', ')}`);
  lines.push(`for: ${versionOf(flow, example)}`, '', 'inputs:', ...valueLines(example.inputValues));
  lines.push('answers:', ...valueLines(example.resumes));
  lines.push('expected output:', `  ${example.expectedOutput === '' ? 'none' : clean(example.expectedOutput)}`);
  context.io.out(`${lines.join('\n')}\n`);
  return EXIT.ok;
}

export async function exampleRemove(context: Context, args: WhichExample): Promise<ExitCode> {
  const { example } = await which(context, args);
  await context.clients.examples.deleteExample({ exampleSid: example.sid });
  if (context.json) context.io.out(`${JSON.stringify({ removed: example.sid })}\n`);
  else context.io.out(`removed ${clean(example.name)}  ${example.sid}\n`);
  return EXIT.ok;
}

async function which(
  { clients }: Context,
  args: WhichExample,
): Promise<{ readonly flow: Workflow; readonly example: Example }> {
  const flow = await resolveFlow(clients, args.flow);
  const [example] = (await resolveExamples(clients, flow, [args.example])) as [Example];
  return { flow, example };
}

function versionOf(flow: Workflow, { workflowVersionSid }: Example): string {
  if (workflowVersionSid === '') return 'every version';
  const version = flow.versions.find((v) => v.sid === workflowVersionSid);
  return version === undefined ? workflowVersionSid : `v${version.number}`;
}

function inputText({ inputValues }: Example): string {
  return jsonObject(Object.entries(inputValues));
}

function valueLines(values: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(values);
  return entries.length === 0 ? ['  none'] : entries.map(([name, json]) => `  ${clean(name)} = ${clean(json)}`);
}
