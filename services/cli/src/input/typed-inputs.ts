// The input object of a play from name=value pairs, typed by the declared inputs: a string takes the text as it is, the other
// types are JSON. JSON that was given is passed on as it was written, so that large integers survive. Names that are not declared
// go to the server too, which names all that is wrong at once.

import { documentProblem, jsonMembers, jsonObject, jsonType } from '@hero-logic/platform/client';
import { FieldType, type FlowField } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import { UsageError } from '../core/usage-error.ts';
import { fieldTypeWord } from '../core/words.ts';
import type { ReadValue } from './read-value.ts';

export interface InputOptions {
  readonly fields: readonly Pick<FlowField, 'name' | 'fieldType'>[];
  /** name=value, name=@file, name=@-. */
  readonly pairs: readonly string[];
  /** A whole input object, which the pairs add to. */
  readonly json?: string | undefined;
  readonly read: ReadValue;
}

/** JSON text of the input object; empty when nothing was given. */
export async function inputData(options: InputOptions): Promise<string> {
  const { pairs, json, read, fields } = options;
  const base = json === undefined ? '' : await read(json, '--json');
  if (json !== undefined) checkObject(base);
  if (pairs.length === 0) return base;
  const members = new Map(base === '' ? [] : jsonMembers(base));
  const given = new Set<string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at <= 0) throw new UsageError(`--input ${pair}: write it as name=value`);
    const name = pair.slice(0, at);
    if (given.has(name)) throw new UsageError(`--input ${name}: given twice`);
    given.add(name);
    const field = fields.find((f) => f.name === name);
    members.set(name, typedValue(name, field?.fieldType, await read(pair.slice(at + 1), `--input ${name}`)));
  }
  return jsonObject(members);
}

/** JSON text of one value. */
function typedValue(name: string, type: FieldType | undefined, text: string): string {
  if (type === FieldType.STRING) return JSON.stringify(text);
  const problem = text.trim() === '' ? 'is empty' : documentProblem(text);
  if (type === undefined || type === FieldType.UNSPECIFIED) return problem === undefined ? text : JSON.stringify(text);
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  if (problem !== undefined || !isOfType(type, text)) {
    throw new UsageError(`--input ${name}: must be ${A_TYPE[type]}, not ${shown === '' ? 'empty' : shown}`);
  }
  return text;
}

const A_TYPE: Readonly<Record<number, string>> = {
  [FieldType.NUMBER]: 'a number',
  [FieldType.INTEGER]: 'an integer',
  [FieldType.BOOLEAN]: 'a boolean (true or false)',
  [FieldType.OBJECT]: 'an object as JSON, such as {"key": 1}',
  [FieldType.ARRAY]: 'an array as JSON, such as [1, 2]',
};

/** An integer may be spelled 5, 5.0 or 5e0; whether it is one is for the server to say. null is let through: the server knows. */
function isOfType(type: FieldType, text: string): boolean {
  const is = jsonType(text);
  if (is === 'null') return true;
  return is === (type === FieldType.INTEGER ? 'number' : fieldTypeWord(type));
}

function checkObject(text: string): void {
  const problem = documentProblem(text);
  if (problem !== undefined) throw new UsageError(`--json: ${problem}`);
  if (jsonType(text) !== 'object') throw new UsageError('--json: must be an object, {"input name": value, ...}');
}
