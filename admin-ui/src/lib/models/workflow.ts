import { FieldType, type FlowField } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import type { LibraryHit } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import type {
  WorkflowVersion as VersionPb,
  Workflow as WorkflowPb,
} from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import { msFromPb } from './format.ts';
import { isRecord, parseJson } from './json.ts';
import { type Field, fieldFromSchema, type Schema } from './schema-form.ts';

export interface Workflow {
  readonly sid: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly archived: boolean;
  readonly updatedAt: number | undefined;
  readonly currentVersionSid: string;
  readonly versions: readonly Version[];
  /** Which fields held the searched words; empty outside a search. */
  readonly matched: readonly string[];
}

export interface Version {
  readonly sid: string;
  readonly number: number;
  readonly label: string;
  readonly notes: string;
  readonly source: string;
  readonly inputs: readonly Field[];
  readonly createdAt: number | undefined;
}

const TYPE: Partial<Record<FieldType, string>> = {
  [FieldType.STRING]: 'string',
  [FieldType.NUMBER]: 'number',
  [FieldType.INTEGER]: 'integer',
  [FieldType.BOOLEAN]: 'boolean',
  [FieldType.OBJECT]: 'object',
  [FieldType.ARRAY]: 'array',
};

export function workflowFromPb(pb: WorkflowPb): Workflow {
  return {
    sid: pb.sid,
    name: pb.name,
    description: pb.description,
    tags: pb.tags,
    archived: pb.archived,
    updatedAt: msFromPb(pb.updatedAt),
    currentVersionSid: pb.currentVersionSid,
    versions: pb.versions.map(versionFromPb),
    matched: [],
  };
}

export function workflowFromHit(hit: LibraryHit): Workflow {
  return {
    sid: hit.workflowSid,
    name: hit.name,
    description: hit.description,
    tags: [],
    archived: false,
    updatedAt: undefined,
    currentVersionSid: '',
    versions: [],
    matched: hit.matched,
  };
}

export function versionFromPb(pb: VersionPb): Version {
  return {
    sid: pb.sid,
    number: pb.number,
    label: pb.label === '' ? `v${pb.number}` : pb.label,
    notes: pb.notes,
    source: pb.pythonSource,
    inputs: pb.inputs.map(inputFromPb),
    createdAt: msFromPb(pb.createdAt),
  };
}

function inputFromPb(pb: FlowField): Field {
  const refined = parseJson(pb.schema);
  const schema: Schema = refined.ok && isRecord(refined.value) ? { ...refined.value } : {};
  const type = TYPE[pb.fieldType];
  if (type !== undefined && schema.type === undefined) schema.type = type;
  const field = fieldFromSchema(pb.name, schema, pb.required);
  return {
    ...field,
    label: pb.name,
    description: pb.description === '' ? field.description : pb.description,
    defaultText: pb.default === '' ? field.defaultText : pb.default,
  };
}

/** Text cut into parts, those that hold a searched word marked. */
export function highlight(text: string, query: string): { text: string; hit: boolean }[] {
  const words = query
    .split(/\s+/)
    .filter((w) => w !== '')
    .map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (words.length === 0) return [{ text, hit: false }];
  return text
    .split(new RegExp(`(${words.join('|')})`, 'gi'))
    .map((part, index) => ({ text: part, hit: index % 2 === 1 }))
    .filter((part) => part.text !== '');
}
