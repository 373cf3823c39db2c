// A JSON Schema as the parts of a form. What the form cannot show is edited as JSON, so nothing is out of reach.

import { isRecord, parseJson } from './json.ts';

export type Schema = Record<string, unknown>;

export interface Option {
  /** JSON text of the value. */
  readonly text: string;
  readonly label: string;
  readonly description: string;
}

export type Control =
  | {
      readonly kind: 'text';
      readonly format: string;
      readonly minLength: number;
      readonly maxLength: number | undefined;
    }
  | {
      readonly kind: 'number';
      readonly integer: boolean;
      readonly min: number | undefined;
      readonly max: number | undefined;
    }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly options: readonly Option[] }
  | { readonly kind: 'multi'; readonly options: readonly Option[] }
  | { readonly kind: 'object'; readonly fields: readonly Field[] }
  | { readonly kind: 'json'; readonly type: string };

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly required: boolean;
  /** JSON text; empty = none. */
  readonly defaultText: string;
  readonly control: Control;
  /** Shown small beside the label: "integer", "choice", "list of string". */
  readonly typeWord: string;
}

/** The form of a question: its schema, with the labels of its hints (`{"options": [{value, label, description}]}`). */
export function controlFromTexts(schemaText: string, uiText: string): Control {
  const parsed = parseJson(schemaText);
  const control: Control =
    parsed.ok && isRecord(parsed.value) ? controlFromSchema(parsed.value) : { kind: 'json', type: '' };
  const ui = parseJson(uiText);
  if (control.kind !== 'choice' && control.kind !== 'multi') return control;
  if (!ui.ok || !isRecord(ui.value) || !Array.isArray(ui.value.options)) return control;
  const told = new Map(ui.value.options.filter(isRecord).map((o) => [JSON.stringify(o.value), option(o.value, o)]));
  return { ...control, options: control.options.map((o) => told.get(o.text) ?? o) };
}

export function controlFromSchema(schema: Schema): Control {
  const options = optionsOf(schema);
  if (options !== undefined) return { kind: 'choice', options };
  switch (typeOf(schema)) {
    case 'string':
      return {
        kind: 'text',
        format: text(schema.format),
        minLength: number(schema.minLength) ?? 0,
        maxLength: number(schema.maxLength),
      };
    case 'number':
    case 'integer':
      return {
        kind: 'number',
        integer: typeOf(schema) === 'integer',
        min: number(schema.minimum),
        max: number(schema.maximum),
      };
    case 'boolean':
      return { kind: 'boolean' };
    case 'array':
      return arrayControl(schema);
    case 'object':
      return objectControl(schema);
    default:
      return { kind: 'json', type: typeOf(schema) };
  }
}

export function fieldFromSchema(name: string, schema: Schema, required: boolean): Field {
  const control = controlFromSchema(schema);
  return {
    name,
    label: text(schema.title) || name,
    description: text(schema.description),
    required,
    defaultText: schema.default === undefined ? '' : JSON.stringify(schema.default),
    control,
    typeWord: typeWord(schema, control),
  };
}

/** Options of `enum`, `const` and of `oneOf`/`anyOf` whose branches are all constants. */
function optionsOf(schema: Schema): Option[] | undefined {
  if (schema.const !== undefined) return [option(schema.const, schema)];
  if (Array.isArray(schema.enum) && schema.enum.length > 0) {
    const names = Array.isArray(schema.enumNames) ? schema.enumNames : [];
    return schema.enum.map((value, index) => option(value, { title: names[index] }));
  }
  const branches = [schema.oneOf, schema.anyOf].find(Array.isArray);
  if (branches === undefined || branches.length === 0) return undefined;
  if (!branches.every((b): b is Schema => isRecord(b) && b.const !== undefined)) return undefined;
  return branches.map((b) => option(b.const, b));
}

function option(value: unknown, told: Schema): Option {
  const plain = typeof value === 'string' ? value : value === null ? 'none' : JSON.stringify(value);
  return {
    text: JSON.stringify(value),
    label: text(told.title) || text(told.label) || plain,
    description: text(told.description),
  };
}

function arrayControl(schema: Schema): Control {
  const options = isRecord(schema.items) ? optionsOf(schema.items) : undefined;
  return options === undefined ? { kind: 'json', type: 'array' } : { kind: 'multi', options };
}

/** An object is a form of its own when all its members are told and flat enough. */
function objectControl(schema: Schema): Control {
  if (!isRecord(schema.properties)) return { kind: 'json', type: 'object' };
  const entries = Object.entries(schema.properties);
  if (entries.length === 0 || !entries.every(([, s]) => isRecord(s))) return { kind: 'json', type: 'object' };
  const required = Array.isArray(schema.required) ? schema.required : [];
  return {
    kind: 'object',
    fields: entries.map(([name, s]) => flat(fieldFromSchema(name, s as Schema, required.includes(name)))),
  };
}

/** Objects inside objects are edited as JSON. */
function flat(field: Field): Field {
  return field.control.kind === 'object' ? { ...field, control: { kind: 'json', type: 'object' } } : field;
}

function typeOf(schema: Schema): string {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((t) => t !== 'null');
    return types.length === 1 ? text(types[0]) : '';
  }
  if (schema.type !== undefined) return text(schema.type);
  return isRecord(schema.properties) ? 'object' : '';
}

function typeWord(schema: Schema, control: Control): string {
  if (control.kind === 'choice') return 'choice';
  if (control.kind === 'multi') return 'choices';
  if (control.kind === 'text' && control.format !== '') return control.format;
  const type = typeOf(schema);
  if (type === 'array' && isRecord(schema.items) && typeOf(schema.items) !== '')
    return `list of ${typeOf(schema.items)}`;
  return type === '' ? 'any JSON' : type === 'array' ? 'list' : type;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
