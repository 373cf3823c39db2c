// Files of a flow that people read and put under version control: flow.json, and one file for each example.
//
// JSON documents of the library stand in them as they are, so that numbers and the order of members survive. One that would not (space around it, or
// the very form that follows) is written as {"$json_text": "..."}.

import { jsonMembers } from '@hero-logic/platform/client';
import { UsageError } from '../core/usage-error.ts';

/** A JSON text that is put in as it is. */
export class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type FileValue = JsonText | string | number | boolean | FileValue[] | { readonly [key: string]: FileValue };

const AS_TEXT = '$json_text';

export function fileText(value: FileValue): string {
  return `${write(value, '')}\n`;
}

export function documentValue(text: string): FileValue {
  const isPlain = text.trim() === text && !text.includes(AS_TEXT);
  return isPlain ? new JsonText(text) : { [AS_TEXT]: text };
}

/** The document that a file holds at a place, as JSON text. */
export function documentText(raw: string): string {
  if (!raw.includes(AS_TEXT)) return raw;
  const members = jsonMembersOf(raw);
  const text = members?.length === 1 && members[0]?.[0] === AS_TEXT ? JSON.parse(members[0][1]) : undefined;
  return typeof text === 'string' ? text : raw;
}

function jsonMembersOf(raw: string): [string, string][] | undefined {
  return raw.startsWith('{') ? jsonMembers(raw) : undefined;
}

function write(value: FileValue, indent: string): string {
  if (value instanceof JsonText) return value.text;
  if (typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one !== 'object')) return `[${value.map((one) => write(one, inner)).join(', ')}]`;
    return `[\n${value.map((one) => inner + write(one, inner)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).map(([key, one]) => `${inner}${JSON.stringify(key)}: ${write(one, inner)}`);
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}

/** The members of a file's object; a UsageError says what is wrong with the text. */
export function parseFile(text: string): Map<string, string> {
  const bare = text.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(bare);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError('must hold a JSON object');
  return new Map(jsonMembers(bare));
}
