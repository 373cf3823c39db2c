// example save PLAY NAME: what a play that has ended was given, as an example of its flow.

import { ExampleSchema } from '@hero-logic/proto/herologic/registry/v1/example_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { clean } from '../text/width.ts';

export interface ExampleSaveArgs {
  readonly playSid: string;
  readonly name: string;
  readonly description?: string;
  readonly tag?: readonly string[];
  readonly pinVersion?: boolean;
  readonly output?: boolean;
}

export async function exampleSave(context: Context, args: ExampleSaveArgs): Promise<ExitCode> {
  const example = await context.clients.examples.savePlayAsExample({
    playSid: args.playSid,
    name: args.name,
    description: args.description ?? '',
    tags: [...(args.tag ?? [])],
    pinVersion: args.pinVersion === true,
    skipOutput: args.output === false,
  });
  if (context.json) context.io.out(`${JSON.stringify(toJson(ExampleSchema, example))}\n`);
  else {
    const answers = Object.keys(example.resumes).length;
    const expected = example.expectedOutput === '' ? 'no expected output' : 'its output as what is expected';
    const inputs = Object.keys(example.inputValues).length;
    context.io.out(
      `${clean(example.name)}: ${inputs} inputs, answers to ${answers} questions, ${expected}  ${example.sid}\n`,
    );
  }
  return EXIT.ok;
}
