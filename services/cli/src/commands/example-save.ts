// example save PLAY NAME: what a play that has ended was given, as an example of its flow.

import { type Example, ExampleSchema } from '@hero-logic/proto/herologic/registry/v1/example_pb';
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
  context.io.out(`${context.json ? JSON.stringify(toJson(ExampleSchema, example)) : exampleLine(example)}\n`);
  return EXIT.ok;
}

/** "small: 2 inputs, answers to 1 question, no expected output  SID" */
export function exampleLine(example: Example): string {
  const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  const inputs = counted(Object.keys(example.inputValues).length, 'input');
  const answers = counted(Object.keys(example.resumes).length, 'question');
  const expected = example.expectedOutput === '' ? 'no expected output' : 'an expected output';
  return `${clean(example.name)}: ${inputs}, answers to ${answers}, ${expected}  ${example.sid}`;
}
