/**
 * A question of a play as a form of the protocol, and the form's answer as a payload.
 *
 * A form is flat: its members are texts, numbers, yes or no, and choices of texts. A payload that is none of these is asked for as JSON
 * text; options that are no texts are offered by their labels.
 */

import type { ResumeRequest } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import type { ElicitRequestFormParams, ElicitResult } from '@modelcontextprotocol/sdk/types.js';

type Property = ElicitRequestFormParams['requestedSchema']['properties'][string];

export interface Form {
  readonly params: ElicitRequestFormParams;
  /** JSON text. Throws an Error that says what is wrong with the answer. */
  payload(content: NonNullable<ElicitResult['content']>): string;
}

interface Schema {
  readonly type?: string;
  readonly title?: string;
  readonly enum?: readonly unknown[];
  readonly items?: { readonly enum?: readonly unknown[] };
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

interface Option {
  readonly value: unknown;
  readonly label: string;
  readonly description?: string;
}

const ANSWER = 'answer';

export function formOf(question: ResumeRequest): Form {
  const schema = objectOf(question.schema) as Schema;
  const ui = objectOf(question.ui) as { label?: string; options?: readonly Option[] };
  const title = ui.label ?? schema.title ?? question.name;
  const options = optionsOf(schema, ui.options);
  const { property, read } = options ? choice(title, options, schema.type === 'array') : plain(title, schema);
  const message = question.message === '' || question.message === title ? title : `${title}\n\n${question.message}`;
  return {
    params: {
      mode: 'form',
      message,
      requestedSchema: { type: 'object', properties: { [ANSWER]: property }, required: [ANSWER] },
    },
    payload: (content) => read(content[ANSWER]),
  };
}

/** What a reader of a list needs to answer it. */
export function questionInfo(question: ResumeRequest): object {
  const { id, name, message } = question;
  return { id, name, message, ...(question.schema === '' ? {} : { schema: JSON.parse(question.schema) as unknown }) };
}

interface Asked {
  readonly property: Property;
  readonly read: (value: unknown) => string;
}

function optionsOf(schema: Schema, options: readonly Option[] | undefined): readonly Option[] | undefined {
  const values = schema.enum ?? (schema.type === 'array' ? schema.items?.enum : undefined);
  if (values === undefined || values.length === 0) return undefined;
  return options ?? values.map((value) => ({ value, label: wordOf(value) }));
}

function choice(title: string, options: readonly Option[], isMany: boolean): Asked {
  const words = options.map(({ value, label, description }) => ({
    const: wordOf(value),
    title: description === undefined || description === '' ? label : `${label}: ${description}`,
  }));
  const chosenValue = (word: unknown): unknown => {
    const index = words.findIndex((one) => one.const === word);
    if (index < 0) throw new Error(`${JSON.stringify(word)} is none of the options`);
    return options[index]?.value;
  };
  if (!isMany) {
    return { property: { type: 'string', title, oneOf: words }, read: (word) => JSON.stringify(chosenValue(word)) };
  }
  return {
    property: { type: 'array', title, items: { anyOf: words } },
    read: (chosen) => JSON.stringify((Array.isArray(chosen) ? chosen : [chosen]).map(chosenValue)),
  };
}

function plain(title: string, schema: Schema): Asked {
  const bounds = <K extends keyof Schema>(...names: K[]) =>
    Object.fromEntries(names.filter((name) => schema[name] !== undefined).map((name) => [name, schema[name]]));
  switch (schema.type) {
    case 'string':
      return {
        property: { type: 'string', title, ...bounds('minLength', 'maxLength') },
        read: (v) => JSON.stringify(v),
      };
    case 'number':
    case 'integer':
      return {
        property: { type: schema.type, title, ...bounds('minimum', 'maximum') },
        read: (v) => JSON.stringify(v),
      };
    case 'boolean':
      return { property: { type: 'boolean', title }, read: (v) => JSON.stringify(v) };
    default: {
      const description = `JSON${schema.type === undefined ? '' : `, ${schema.type}`}`;
      return { property: { type: 'string', title, description }, read: jsonText };
    }
  }
}

function jsonText(value: unknown): string {
  try {
    JSON.parse(String(value));
  } catch (error) {
    throw new Error(`the answer is not JSON: ${(error as Error).message}`);
  }
  return String(value);
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function objectOf(text: string): object {
  const value: unknown = text === '' ? {} : JSON.parse(text);
  return typeof value === 'object' && value !== null ? value : {};
}
