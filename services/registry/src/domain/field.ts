// Declared inputs and outputs: what a field is, and which fields and values are sound. A field without a type takes any JSON value.

import {
  documentViolation,
  type HeroError,
  invalid,
  isOfFieldType,
  jsonType,
  type SchemaCheck,
  type Violation,
} from '@hero-logic/platform';

export type FieldType = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array';

export interface Field {
  readonly name: string;
  /** Undefined = any JSON value. */
  readonly type: FieldType | undefined;
  readonly description: string;
  readonly required: boolean;
  /** JSON text; empty = none. */
  readonly default: string;
  /** JSON Schema as JSON text; empty = none. */
  readonly schema: string;
}

/** What is wrong with a value (JSON text, not empty) of a field, named `path`. */
export function valueViolations(field: Field, text: string, path: string): Violation[] {
  const broken = documentViolation(path, text);
  if (broken.length > 0) return broken;
  if (isOfFieldType(text, field.type ?? '', field.schema)) return [];
  return [{ field: path, description: `must be ${withArticle(field.type ?? '')}, not ${jsonType(text)}` }];
}

/** INVALID_JSON when all that is wrong is JSON text, else INVALID_ARGUMENT; undefined when nothing is. */
export function fieldsProblem(
  lists: Readonly<Record<string, readonly Field[]>>,
  schemas: SchemaCheck,
): HeroError | undefined {
  const broken: Violation[] = [];
  const wrong: Violation[] = [];
  for (const [list, fields] of Object.entries(lists)) {
    const names = new Set<string>();
    fields.forEach((field, i) => {
      const path = `${list}[${i}]`;
      const documents = [
        ...documentViolation(`${path}.default`, field.default),
        ...documentViolation(`${path}.schema`, field.schema),
      ];
      broken.push(...documents);
      if (names.has(field.name)) {
        wrong.push({ field: `${path}.name`, description: `"${field.name}" is there twice; names must differ` });
      }
      names.add(field.name);
      if (documents.length === 0) wrong.push(...fieldViolations(field, path, schemas));
    });
  }
  if (wrong.length > 0) return invalid([...broken, ...wrong]);
  return broken.length > 0 ? invalid(broken, 'INVALID_JSON') : undefined;
}

function fieldViolations(field: Field, path: string, schemas: SchemaCheck): Violation[] {
  const ofType = field.default === '' ? [] : valueViolations(field, field.default, `${path}.default`);
  if (field.schema === '') return ofType;
  const problem = schemas.problem(field.schema);
  if (problem !== undefined) return [...ofType, { field: `${path}.schema`, description: problem }];
  if (field.default === '' || ofType.length > 0) return ofType;
  return schemas.violations(field.schema, field.default, `${path}.default`);
}

/** Fields that the caller gave, with the types that they leave out taken from the source. */
export function withTypesFrom(given: readonly Field[], read: readonly Field[]): Field[] {
  const types = new Map(read.map((field) => [field.name, field.type]));
  return given.map((field) => (field.type === undefined ? { ...field, type: types.get(field.name) } : field));
}

function withArticle(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
