// Workflows as tools: a name that the protocol allows, a description, and the declared inputs as a JSON Schema.

import { toHeroError } from '@hero-logic/platform';
import { FieldType, type FlowField } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import type { Workflow } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import type { McpClients } from './clients.ts';

/** Names of management tools begin so; those of flows do not. */
const OWN_PREFIX = 'hero_';
const TOOL_NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const PAGE = 100;
const SID_TAIL = 10;

const TYPES: Partial<Record<FieldType, string>> = {
  [FieldType.STRING]: 'string',
  [FieldType.NUMBER]: 'number',
  [FieldType.INTEGER]: 'integer',
  [FieldType.BOOLEAN]: 'boolean',
  [FieldType.OBJECT]: 'object',
  [FieldType.ARRAY]: 'array',
};

export async function listFlowTools(
  { workflows }: McpClients,
  cursor: string,
): Promise<{ tools: Tool[]; next: string }> {
  const page = await workflows.listWorkflows({ pageSize: PAGE, pageToken: cursor });
  const runnable = page.workflows.filter((workflow) => !workflow.archived && workflow.currentVersionSid !== '');
  const full = await Promise.all(
    runnable.map(({ sid }) => workflows.getWorkflow({ workflow: { case: 'workflowSid', value: sid } }).catch(isGone)),
  );
  return { tools: full.filter((one) => one !== undefined).map(toolOf), next: page.nextPageToken };
}

/** It was deleted while the page was read. */
function isGone(error: unknown): undefined {
  if (toHeroError(error).reason !== 'WORKFLOW_NOT_FOUND') throw error;
  return undefined;
}

/** The workflow of a tool; undefined when there is none. */
export async function flowOfTool(clients: McpClients, tool: string): Promise<Workflow | undefined> {
  const found = await clients.workflows.getWorkflow({ workflow: { case: 'name', value: tool } }).catch(isGone);
  if (found !== undefined && toolName(found) === tool) return found;
  for (let pageToken = ''; ; ) {
    const page = await clients.workflows.listWorkflows({ pageSize: 1000, pageToken });
    const named = page.workflows.find((workflow) => toolName(workflow) === tool);
    if (named !== undefined) return named;
    if (page.nextPageToken === '') return undefined;
    pageToken = page.nextPageToken;
  }
}

/** The workflow's own name where it can be one, else what is left of it and the end of its sid. */
function toolName({ name, sid }: Pick<Workflow, 'name' | 'sid'>): string {
  if (TOOL_NAME.test(name) && !name.startsWith(OWN_PREFIX)) return name;
  const words = name.replace(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 64 - SID_TAIL - 6);
  return `flow_${words}_${sid.slice(-SID_TAIL)}`;
}

function toolOf(workflow: Workflow): Tool {
  const version = workflow.versions.find(({ sid }) => sid === workflow.currentVersionSid);
  return {
    name: toolName(workflow),
    title: workflow.name,
    description: workflow.description || `Runs the flow ${workflow.name}.`,
    inputSchema: inputSchema(version?.inputs ?? []),
    execution: { taskSupport: 'optional' },
    annotations: { openWorldHint: true },
  };
}

export function inputSchema(fields: readonly FlowField[]): Tool['inputSchema'] {
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])),
    required: fields.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  };
}

function fieldSchema(field: FlowField): object {
  const type = TYPES[field.fieldType];
  return {
    ...(type === undefined ? {} : { type }),
    ...(field.description === '' ? {} : { description: field.description }),
    ...(field.default === '' ? {} : { default: JSON.parse(field.default) as unknown }),
    ...(field.schema === '' ? {} : (JSON.parse(field.schema) as object)),
  };
}
