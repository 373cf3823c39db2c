// What a question looks like on a terminal, read from its schema (and hints), and how a typed text becomes a payload. The server
// judges the payload; here only what cannot be sent is refused.

import { documentProblem, jsonEqual, jsonType } from '@hero-logic/platform/client';
import type { ResumeRequest } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';

export type Question = Pick<ResumeRequest, 'id' | 'name' | 'message' | 'schema' | 'ui' | 'defaultPayload'>;

export interface Option {
  /** JSON text. */
  readonly value: string;
  readonly label: string;
  readonly description: string;
}

export interface Form {
  readonly kind: 'text' | 'number' | 'confirm' | 'choice' | 'multi' | 'json';
  readonly options: readonly Option[];
}

export type Parsed = { readonly payload: string } | { readonly problem: string };

type Dict = Readonly<Record<string, unknown>>;

export function formOf(question: Pick<Question, 'schema' | 'ui'>): Form {
  const schema = asDict(parse(question.schema));
  const ui = asDict(parse(question.ui));
  const options = withLabels(optionsOf(schema), ui);
  if (options.length > 0) return { kind: 'choice', options };
  if (schema.type === 'array') {
    const many = withLabels(optionsOf(asDict(schema.items)), ui);
    if (many.length > 0) return { kind: 'multi', options: many };
  }
  const kinds: Readonly<Record<string, Form['kind']>> = {
    string: 'text',
    number: 'number',
    integer: 'number',
    boolean: 'confirm',
  };
  return { kind: (typeof schema.type === 'string' ? kinds[schema.type] : undefined) ?? 'json', options: [] };
}

/** The question in words: its label, and its message where that says more. */
export function wordsOf(question: Pick<Question, 'schema' | 'ui' | 'message' | 'name'>): string {
  const { label } = asDict(parse(question.ui));
  const { title } = asDict(parse(question.schema));
  const head = [label, title].find((t) => typeof t === 'string' && t !== '') ?? '';
  if (head === '' || head === question.message) return question.message || question.name;
  return question.message === '' ? String(head) : `${String(head)}\n${question.message}`;
}

/** Payload from the text of a command line: bare text where the schema is of strings, words of an option, else JSON. */
export function payloadFromText(question: Pick<Question, 'schema' | 'ui'>, text: string): Parsed {
  const form = formOf(question);
  if (form.kind === 'choice') {
    const option = form.options.find((o) => isNamed(o, text));
    return { payload: option?.value ?? jsonOrText(text) };
  }
  if (form.kind === 'multi') {
    const isArray = documentProblem(text) === undefined && jsonType(text) === 'array';
    return isArray ? { payload: text } : parseMany(form, text, isNamed);
  }
  if (form.kind === 'json') {
    const strict = ['object', 'array', 'null'].includes(String(asDict(parse(question.schema)).type));
    return strict ? asJson(text) : { payload: jsonOrText(text) };
  }
  return parseLine(form, text);
}

/** Payload from a line typed at the question: like the command line, and options by their number. */
export function payloadFromLine(question: Pick<Question, 'schema' | 'ui'>, line: string): Parsed {
  const form = formOf(question);
  if (form.kind === 'choice') {
    const option = form.options.find((o, i) => isMeant(o, line.trim(), i));
    return option === undefined ? { problem: `choose 1 to ${form.options.length}` } : { payload: option.value };
  }
  if (form.kind === 'multi') return parseMany(form, line, isMeant);
  if (form.kind === 'json') return payloadFromText(question, line);
  return parseLine(form, line);
}

function parseLine(form: Form, text: string): Parsed {
  if (form.kind === 'text') return { payload: JSON.stringify(text) };
  const word = text.trim();
  if (form.kind === 'confirm') {
    if (/^(y|yes|true)$/i.test(word)) return { payload: 'true' };
    return /^(n|no|false)$/i.test(word) ? { payload: 'false' } : { problem: 'answer yes or no' };
  }
  return /^-?\d/.test(word) && documentProblem(word) === undefined
    ? { payload: word }
    : { problem: 'must be a number' };
}

type Matches = (option: Option, word: string, index: number) => boolean;

function parseMany(form: Form, line: string, matches: Matches): Parsed {
  const words = line.includes(',') ? line.split(',').map((w) => w.trim()) : line.trim().split(/\s+/);
  const find = (word: string) => form.options.find((o, i) => matches(o, word, i));
  const whole = find(line.trim());
  if (whole !== undefined) return { payload: `[${whole.value}]` };
  const chosen = new Set<Option>();
  for (const word of words.filter((w) => w !== '')) {
    const option = find(word);
    if (option === undefined)
      return {
        problem: `"${word}" is not an option; choose from ${form.options.map((o, i) => `${i + 1}) ${o.label}`).join(', ')}`,
      };
    chosen.add(option);
  }
  return { payload: `[${form.options.filter((o) => chosen.has(o)).map((o) => o.value)}]` };
}

/** At a terminal a whole number is the place in the list; anything else names the option. */
function isMeant(option: Option, word: string, index: number): boolean {
  return /^\d+$/.test(word) ? Number(word) === index + 1 : isNamed(option, word);
}

function isNamed(option: Option, word: string): boolean {
  if (option.value === JSON.stringify(word) || option.label === word) return true;
  return documentProblem(word) === undefined && word !== '' && jsonEqual(option.value, word);
}

function optionsOf(schema: Dict): Option[] {
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => optionFrom({ const: value }));
  const listed = schema.oneOf ?? schema.anyOf;
  if (!Array.isArray(listed) || listed.length === 0) return [];
  const options = listed.map(asDict);
  return options.every((o) => 'const' in o) ? options.map(optionFrom) : [];
}

function optionFrom(o: Dict): Option {
  const label = typeof o.title === 'string' ? o.title : typeof o.const === 'string' ? o.const : JSON.stringify(o.const);
  return { value: JSON.stringify(o.const), label, description: typeof o.description === 'string' ? o.description : '' };
}

/** ui.options may name what the schema only lists. */
function withLabels(options: Option[], ui: Dict): Option[] {
  if (!Array.isArray(ui.options)) return options;
  const named = ui.options.map(asDict).filter((o) => 'value' in o);
  return options.map((option) => {
    const found = named.find((o) => jsonEqual(JSON.stringify(o.value), option.value));
    if (found === undefined) return option;
    return {
      value: option.value,
      label: typeof found.label === 'string' && found.label !== '' ? found.label : option.label,
      description: typeof found.description === 'string' ? found.description : option.description,
    };
  });
}

function jsonOrText(text: string): string {
  return text.trim() !== '' && documentProblem(text) === undefined ? text : JSON.stringify(text);
}

function asJson(text: string): Parsed {
  const problem = text.trim() === '' ? 'is empty' : documentProblem(text);
  return problem === undefined ? { payload: text } : { problem: `must be JSON: it ${problem}` };
}

function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    // A schema that is not JSON describes nothing; the question is asked as JSON.
    return {};
  }
}

function asDict(value: unknown): Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Dict) : {};
}
