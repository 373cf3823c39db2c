// What the scheduler asks the registry.

import type { PlayLimits } from './gates.ts';

export type FieldType = 'any' | 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array';

export interface InputField {
  readonly name: string;
  readonly type: FieldType;
  readonly required: boolean;
  /** JSON text; empty = none. */
  readonly default: string;
  /** JSON Schema as JSON text; empty = none. */
  readonly schema: string;
}

export interface CatalogVersion {
  readonly workflowSid: string;
  readonly workflowName: string;
  /** Absent = the first one. */
  readonly namespace?: string | undefined;
  readonly archived: boolean;
  readonly versionSid: string;
  readonly versionNumber: number;
  readonly inputs: readonly InputField[];
  readonly limits: PlayLimits;
}

export interface CatalogExample {
  readonly workflowSid: string;
  /** Empty = it fits every version. */
  readonly versionSid: string;
  /** Its inputs as one JSON object, whether the version has them or not. */
  readonly inputData: string;
  /** Pause name and payload as JSON text. */
  readonly resumes: readonly (readonly [name: string, payload: string])[];
}

export interface WorkflowRef {
  readonly workflowSid: string;
  /** Used when there is no sid; both empty = that of the version. */
  readonly workflowName: string;
  /** Where the name is looked up; absent = in the first one. */
  readonly namespace?: string | undefined;
  /** Empty = the current version. */
  readonly versionSid: string;
}

export interface Catalog {
  /** WORKFLOW_NOT_FOUND, VERSION_NOT_FOUND, WORKFLOW_HAS_NO_VERSION. */
  resolve(ref: WorkflowRef): Promise<CatalogVersion>;
  /** EXAMPLE_NOT_FOUND. */
  example(exampleSid: string): Promise<CatalogExample>;
}
