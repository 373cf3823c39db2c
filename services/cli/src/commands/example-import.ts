// example import FILE FLOW NAME: the input, the answers and the output of an exported play (docs/recorded-plays.md), as an example of a flow.
// Benchmarks run over examples, so it is a row of the next benchmark, too.

import { jsonMembers, jsonType } from '@hero-logic/platform/client';
import { ExampleSchema } from '@hero-logic/proto/herologic/registry/v1/example_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { resolveFlow } from '../core/resolve-flow.ts';
import { toJson } from '../core/to-json.ts';
import { readRecorded } from '../export/read-recorded.ts';
import type { RecordedPlay } from '../export/recorded-play.ts';
import { clean } from '../text/width.ts';

export interface ExampleImportArgs {
  readonly file: string;
  readonly flow: string;
  readonly name: string;
  readonly description?: string;
  readonly tag?: readonly string[];
  readonly output?: boolean;
}

export async function exampleImport(context: Context, args: ExampleImportArgs): Promise<ExitCode> {
  const { clients, io, json } = context;
  const recorded = readRecorded(args.file);
  const { sid: workflowSid } = await resolveFlow(clients, args.flow);
  const example = await clients.examples.upsertExample({
    ...{ workflowSid, name: args.name, description: args.description ?? '', tags: [...(args.tag ?? [])] },
    inputValues: Object.fromEntries(jsonMembers(recorded.input)),
    resumes: answersByName(recorded),
    expectedOutput: args.output === false ? '' : (recorded.output ?? ''),
  });
  if (json) io.out(`${JSON.stringify(toJson(ExampleSchema, example))}\n`);
  else {
    const counts = `${Object.keys(example.inputValues).length} inputs, answers to ${Object.keys(example.resumes).length} questions`;
    io.out(`${clean(example.name)}: ${counts}  ${example.sid}\n`);
  }
  return EXIT.ok;
}

/** As prefilled answers are written: a list is taken in order, so an answer that is itself a list stands in one. */
function answersByName({ answers }: RecordedPlay): Record<string, string> {
  const byName = new Map<string, string[]>();
  for (const { name, payload } of answers) {
    if (payload !== undefined) byName.set(name, [...(byName.get(name) ?? []), payload]);
  }
  return Object.fromEntries(
    [...byName].map(([name, [first = 'null', ...more]]) => [
      name,
      more.length === 0 && jsonType(first) !== 'array' ? first : `[${[first, ...more].join(',')}]`,
    ]),
  );
}
