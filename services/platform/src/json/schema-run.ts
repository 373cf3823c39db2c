// JSON Schema 2020-12 through ajv, with the violations worded as field and description. It takes as long as it takes.

import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import type { Violation } from '../errors/hero-error.ts';

const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void;
const MAX_CACHED = 1000;
const ENDLESS = 'it leads back to itself without an end';
const OPTIONS = { strict: false, allErrors: true, validateFormats: true } as const;

export interface SchemaRun {
  /** What is wrong with a schema itself (JSON text); undefined = nothing. */
  problem(schemaText: string): string | undefined;
  /** How a value (JSON text) breaks the schema (JSON text); `field` is put before each path. */
  violations(schemaText: string, valueText: string, field: string): Violation[];
}

export function createSchemaRun(): SchemaRun {
  const compiled = new Map<string, ValidateFunction>();
  /** Knows what a schema is: to learn that takes ten times as long as to compile one. */
  const meta = new Ajv2020(OPTIONS);
  addFormats(meta);

  function compile(schemaText: string): ValidateFunction {
    const known = compiled.get(schemaText);
    if (known !== undefined) return known;
    const schema = JSON.parse(schemaText);
    meta.validateSchema(schema, true);
    // One ajv per schema: two schemas with the same $id must not meet.
    const ajv = new Ajv2020({ ...OPTIONS, validateSchema: false });
    addFormats(ajv);
    const check = ajv.compile(schema);
    if (compiled.size >= MAX_CACHED) compiled.delete(compiled.keys().next().value as string);
    compiled.set(schemaText, check);
    return check;
  }

  return {
    problem(schemaText) {
      try {
        compile(schemaText);
        return undefined;
      } catch (error) {
        return `is not a JSON Schema: ${error instanceof RangeError ? ENDLESS : (error as Error).message}`;
      }
    },
    violations(schemaText, valueText, field) {
      const check = compile(schemaText);
      try {
        if (check(JSON.parse(valueText)) === true) return [];
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        return [{ field, description: `cannot be checked against its schema: ${ENDLESS}` }];
      }
      return (check.errors ?? []).map((e) => ({ field: pathOf(field, e), description: describe(e) }));
    },
  };
}

function pathOf(field: string, error: ErrorObject): string {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((p) => p.replaceAll('~1', '/').replaceAll('~0', '~'));
  const extra = error.params as { missingProperty?: string; additionalProperty?: string; unevaluatedProperty?: string };
  const last = extra.missingProperty ?? extra.additionalProperty ?? extra.unevaluatedProperty;
  if (last !== undefined) path.push(last);
  return [field, ...path].join('.');
}

function describe(error: ErrorObject): string {
  const params = error.params as { allowedValues?: unknown[]; allowedValue?: unknown };
  if (params.allowedValues !== undefined)
    return `must be one of ${params.allowedValues.map((v) => JSON.stringify(v)).join(', ')}`;
  if (error.keyword === 'const') return `must be ${JSON.stringify(params.allowedValue)}`;
  if (error.keyword === 'required') return 'is required';
  if (error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties') return 'is unknown';
  return error.message ?? 'does not fit the schema';
}
