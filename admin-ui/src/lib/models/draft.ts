// What a person has put into a form so far, and the JSON text that it comes to.

import { isRecord, members, objectText, parseJson, pretty } from './json.ts';
import type { Control, Field } from './schema-form.ts';

/**
 * text, number, json: what stands in the control. boolean: "true", "false" or "" (not chosen). choice: JSON text of the option.
 * multi: JSON texts of the options, or "" (not touched). object: a draft per member.
 */
export type Draft = string | readonly string[] | { readonly [name: string]: Draft };

export type Outcome =
  | { readonly ok: true /** JSON text; undefined = left out. */; readonly text: string | undefined }
  | {
      readonly ok: false /** By member name; "" = the value as a whole. */;
      readonly errors: ReadonlyMap<string, string>;
    };

/** The draft that shows a value; an empty text gives an empty draft. */
export function draftFromText(control: Control, text: string): Draft {
  const parsed = parseJson(text);
  switch (control.kind) {
    case 'text':
      return parsed.ok && typeof parsed.value === 'string' ? parsed.value : '';
    case 'number':
      return parsed.ok && typeof parsed.value === 'number' ? text.trim() : '';
    case 'boolean':
      return parsed.ok && typeof parsed.value === 'boolean' ? String(parsed.value) : '';
    case 'choice':
      return parsed.ok ? (control.options.find((o) => o.text === JSON.stringify(parsed.value))?.text ?? '') : '';
    case 'multi':
      return parsed.ok && Array.isArray(parsed.value) ? parsed.value.map((v) => JSON.stringify(v)) : '';
    case 'object':
      return draftsFromText(control.fields, text);
    case 'json':
      return parsed.ok ? pretty(text) : text;
  }
}

export function draftsFromText(fields: readonly Field[], text: string): Record<string, Draft> {
  const given = members(text);
  return Object.fromEntries(
    fields.map((f) => [
      f.name,
      draftFromText(f.control, given === undefined ? f.defaultText : (given.get(f.name) ?? '')),
    ]),
  );
}

export function outcomeOf(control: Control, draft: Draft | undefined, required: boolean): Outcome {
  if (control.kind === 'object') return outcomeOfFields(control.fields, isDrafts(draft) ? draft : {});
  if (control.kind === 'multi') return multiOutcome(draft, required);
  const raw = typeof draft === 'string' ? draft : '';
  if (raw.trim() === '' && !(control.kind === 'text' && raw !== '')) {
    if (required) return bad(control.kind === 'choice' || control.kind === 'boolean' ? 'Choose one.' : 'Fill this in.');
    return good(undefined);
  }
  switch (control.kind) {
    case 'text':
      return textOutcome(control, raw);
    case 'number':
      return numberOutcome(control, raw.trim());
    case 'json':
      return jsonOutcome(control.type, raw);
    default:
      return good(raw);
  }
}

/** An object of all fields; fields that are left empty are left out. */
export function outcomeOfFields(fields: readonly Field[], drafts: Readonly<Record<string, Draft>>): Outcome {
  const errors = new Map<string, string>();
  const entries: [string, string][] = [];
  for (const field of fields) {
    const outcome = outcomeOf(field.control, drafts[field.name], field.required);
    if (!outcome.ok)
      errors.set(field.name, [...outcome.errors].map(([k, v]) => (k === '' ? v : `${k}: ${v}`)).join(' '));
    else if (outcome.text !== undefined) entries.push([field.name, outcome.text]);
  }
  return errors.size > 0 ? { ok: false, errors } : good(objectText(entries));
}

/** The document as far as it goes, for the JSON twin: what does not fit is left out. */
export function sketch(fields: readonly Field[], drafts: Readonly<Record<string, Draft>>): string {
  const entries: [string, string][] = [];
  for (const field of fields) {
    const outcome = outcomeOf(field.control, drafts[field.name], false);
    if (outcome.ok && outcome.text !== undefined) entries.push([field.name, outcome.text]);
  }
  return objectText(entries);
}

/** Not touched is left out; none of them chosen is an empty list. */
function multiOutcome(draft: Draft | undefined, required: boolean): Outcome {
  if (Array.isArray(draft)) return good(`[${draft.join(', ')}]`);
  return good(required ? '[]' : undefined);
}

function textOutcome(control: Control & { kind: 'text' }, raw: string): Outcome {
  const length = [...raw].length;
  if (length < control.minLength) return bad(`Needs at least ${control.minLength} characters.`);
  if (control.maxLength !== undefined && length > control.maxLength) {
    return bad(`Takes at most ${control.maxLength} characters; this has ${length}.`);
  }
  return good(JSON.stringify(raw));
}

function numberOutcome(control: Control & { kind: 'number' }, raw: string): Outcome {
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(raw)) return bad('Is not a number, as 12 or 0.5.');
  if (control.integer && !Number.isInteger(Number(raw))) return bad('Must be a whole number.');
  if (control.min !== undefined && Number(raw) < control.min) return bad(`Must be at least ${control.min}.`);
  if (control.max !== undefined && Number(raw) > control.max) return bad(`Must be at most ${control.max}.`);
  return good(raw);
}

function jsonOutcome(type: string, raw: string): Outcome {
  const parsed = parseJson(raw);
  if (!parsed.ok) return bad(`Is not JSON: ${parsed.message}`);
  if (type === 'object' && !isRecord(parsed.value)) return bad('Must be an object, as {"a": 1}.');
  if (type === 'array' && !Array.isArray(parsed.value)) return bad('Must be a list, as ["a", "b"].');
  return good(raw.trim());
}

function isDrafts(draft: Draft | undefined): draft is Readonly<Record<string, Draft>> {
  return typeof draft === 'object' && !Array.isArray(draft);
}

function good(text: string | undefined): Outcome {
  return { ok: true, text };
}

function bad(message: string): Outcome {
  return { ok: false, errors: new Map([['', message]]) };
}
