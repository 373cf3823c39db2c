// Workflows, versions and fields <-> the wire.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { DEFAULT_NAMESPACE, timeToPb } from '@hero-logic/platform';
import {
  type FlowField,
  FlowFieldSchema,
  FieldType as PbFieldType,
} from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import {
  type WorkflowVersion as PbVersion,
  type Workflow as PbWorkflow,
  type VersionLimits,
  WorkflowSchema,
  WorkflowVersionSchema,
} from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import type { CreateVersionRequest } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import type { VersionContent } from '../domain/commands/draft-version.ts';
import type { Field, FieldType } from '../domain/field.ts';
import type { Limits, Version } from '../domain/version.ts';
import { NO_LIMITS } from '../domain/version.ts';
import { etagOf, type Workflow } from '../domain/workflow.ts';

const TYPE_TO_PB: Record<FieldType, PbFieldType> = {
  string: PbFieldType.STRING,
  number: PbFieldType.NUMBER,
  integer: PbFieldType.INTEGER,
  boolean: PbFieldType.BOOLEAN,
  object: PbFieldType.OBJECT,
  array: PbFieldType.ARRAY,
};

const TYPE_FROM_PB: Record<PbFieldType, FieldType | undefined> = {
  [PbFieldType.UNSPECIFIED]: undefined,
  [PbFieldType.STRING]: 'string',
  [PbFieldType.NUMBER]: 'number',
  [PbFieldType.INTEGER]: 'integer',
  [PbFieldType.BOOLEAN]: 'boolean',
  [PbFieldType.OBJECT]: 'object',
  [PbFieldType.ARRAY]: 'array',
};

function fieldFromPb(field: FlowField): Field {
  const { name, description, required, schema } = field;
  return { name, type: TYPE_FROM_PB[field.fieldType], description, required, default: field.default, schema };
}

export function fieldToPb(field: Field): FlowField {
  return create(FlowFieldSchema, {
    name: field.name,
    fieldType: field.type === undefined ? PbFieldType.UNSPECIFIED : TYPE_TO_PB[field.type],
    description: field.description,
    required: field.required,
    default: field.default,
    schema: field.schema,
  });
}

export function limitsFromPb(limits: VersionLimits | undefined): Limits {
  if (limits === undefined) return NO_LIMITS;
  const { cpuS, memoryMb, network, maxRunning, startsPerMinute, slotCost, onDivergence, services } = limits;
  const { diskMb, openFiles, threads, outputKb, maxSpans, linesPerS, lineKb, isolation } = limits;
  return {
    wallMs: Number(limits.wallMs),
    cpuS,
    memoryMb,
    network,
    maxRunning,
    startsPerMinute,
    slotCost,
    onDivergence,
    services,
    hosts: [...limits.hosts],
    ...{ diskMb, openFiles, threads, outputKb, maxSpans, linesPerS, lineKb, isolation },
  };
}

type ContentFields = 'pythonSource' | 'label' | 'notes' | 'inputs' | 'outputs' | 'limits';

export function contentFromPb(req: Pick<CreateVersionRequest, ContentFields>): VersionContent {
  return {
    source: req.pythonSource,
    label: req.label,
    notes: req.notes,
    inputs: req.inputs.map(fieldFromPb),
    outputs: req.outputs.map(fieldFromPb),
    limits: limitsFromPb(req.limits),
  };
}

export function versionToPb(version: Version, source = ''): PbVersion {
  const { limits } = version;
  return create(WorkflowVersionSchema, {
    sid: version.sid,
    workflowSid: version.workflowSid,
    number: version.number,
    label: version.label,
    notes: version.notes,
    pythonSource: source,
    sourceSha256: version.sha256,
    inputs: version.inputs.map(fieldToPb),
    outputs: version.outputs.map(fieldToPb),
    limits: { ...limits, hosts: [...(limits.hosts ?? [])], wallMs: BigInt(limits.wallMs) },
    createdAt: timeToPb(version.createdAt),
    entry: version.entry,
    dependencies: [...(version.packages?.dependencies ?? [])],
    requiresPython: version.packages?.requiresPython ?? '',
  });
}

export function workflowToPb(workflow: Workflow, versions: readonly Version[] = []): PbWorkflow {
  const fields: MessageInitShape<typeof WorkflowSchema> = {
    sid: workflow.sid,
    name: workflow.name,
    description: workflow.description,
    tags: [...workflow.tags],
    currentVersionSid: workflow.currentVersionSid,
    archived: workflow.archived,
    createdAt: timeToPb(workflow.createdAt),
    updatedAt: timeToPb(workflow.updatedAt),
    etag: etagOf(workflow),
    versions: versions.map((version) => versionToPb(version)),
    namespace: workflow.namespace ?? DEFAULT_NAMESPACE,
  };
  return create(WorkflowSchema, fields);
}
