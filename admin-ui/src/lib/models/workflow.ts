import { FieldType, type FlowField } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import type { Highlight, LibraryHit } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import type {
  VersionLimits,
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
  /** Why a search found it, as the server says; undefined outside a search. */
  readonly found: Found | undefined;
}

export interface Part {
  readonly text: string;
  readonly hit: boolean;
}

export interface Found {
  /** Name and description as they are shown, with what was looked for marked. */
  readonly name: readonly Part[];
  readonly description: readonly Part[];
  /** Places that are not shown otherwise: a word for the place, and the piece. */
  readonly elsewhere: readonly { readonly place: string; readonly parts: readonly Part[] }[];
  /** "name: invoice (for “invioce”)", the weightiest first. */
  readonly reasons: readonly string[];
}

export interface Version {
  readonly sid: string;
  readonly number: number;
  readonly label: string;
  readonly notes: string;
  readonly source: string;
  readonly inputs: readonly Field[];
  /** As the server has them, for the version that is written from this one. */
  readonly limits: VersionLimits | undefined;
  /** Its plays run one after the other in one process. */
  readonly sharesProcess: boolean;
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
    found: undefined,
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
    found: foundFrom(hit),
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
    limits: pb.limits,
    sharesProcess: pb.limits?.isolation === 'version',
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

const PLACE: Readonly<Record<string, string>> = {
  tag: 'tag',
  field: 'inputs and outputs',
  doc: 'what it says of itself',
  step: 'step',
};

function foundFrom(hit: LibraryHit): Found {
  const marked = ({ parts }: Highlight): Part[] => parts.map((part) => ({ text: part.text, hit: part.hit }));
  const shown = (field: string, whole: string): Part[] => {
    const piece = hit.highlights.find((h) => h.field === field);
    return piece === undefined ? [{ text: whole, hit: false }] : marked(piece);
  };
  return {
    name: shown('name', hit.name),
    description: shown('description', hit.description),
    elsewhere: hit.highlights
      .filter((h) => h.field in PLACE)
      .map((h) => ({ place: PLACE[h.field] ?? h.field, parts: marked(h) })),
    reasons: hit.matched,
  };
}
