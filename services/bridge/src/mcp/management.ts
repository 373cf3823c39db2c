// Tools beside the flows themselves: finding, reading, starting, answering, cancelling. Writing flows is running code: only where it is allowed.

import { toJson } from '@bufbuild/protobuf';
import { invalid, toHeroError } from '@hero-logic/platform';
import { WorkflowVersionSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import type { McpClients } from './clients.ts';
import { inputSchema } from './flow-tools.ts';
import { json, resultOf } from './plays.ts';

type Args = Readonly<Record<string, unknown>>;

interface ManagementTool {
  readonly tool: Tool;
  readonly call: (clients: McpClients, args: Args) => Promise<CallToolResult>;
}

const MOST = 50;
const LONGEST_WAIT_S = 50;
const text = (description: string) => ({ type: 'string', description });

export function managementTools(options: { readonly canWrite: boolean }): ReadonlyMap<string, ManagementTool> {
  const all = [SEARCH, SHOW_FLOW, LIST_PLAYS, SHOW_PLAY, START, ANSWER, CANCEL, ...(options.canWrite ? [WRITE] : [])];
  return new Map(all.map((one) => [one.tool.name, one]));
}

/** Names every argument that is unknown, missing or of another type. */
export function checkArguments({ inputSchema: schema }: Tool, args: Args): void {
  const known = (schema.properties ?? {}) as Record<string, { type?: string }>;
  const violations = [
    ...Object.keys(args)
      .filter((name) => !(name in known))
      .map((field) => ({ field, description: 'is unknown' })),
    ...(schema.required ?? [])
      .filter((name) => args[name] === undefined)
      .map((field) => ({ field, description: 'is required' })),
    ...Object.entries(args)
      .filter(([name, value]) => known[name]?.type !== undefined && !isOf(known[name].type, value))
      .map(([field]) => ({ field, description: `must be ${known[field]?.type}` })),
  ];
  if (violations.length > 0) throw invalid(violations);
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function own(
  name: string,
  description: string,
  schema: Pick<Tool['inputSchema'], 'properties' | 'required'>,
  annotations: NonNullable<Tool['annotations']>,
): Tool {
  const inputs = { type: 'object' as const, ...schema, additionalProperties: false };
  return { name, description, inputSchema: inputs, annotations: { openWorldHint: false, ...annotations } };
}

const READS = { readOnlyHint: true };

const SEARCH: ManagementTool = {
  tool: own(
    'hero_search_flows',
    'Finds flows of the library by words; no words list all by name.',
    { properties: { query: text('words'), limit: { type: 'integer', minimum: 1, maximum: MOST } } },
    READS,
  ),
  async call({ library }, { query = '', limit = 10 }) {
    const asked = { query: query as string, limit: Math.min(limit as number, MOST), detail: true };
    const { hits } = await library.searchLibrary(asked);
    const flows = hits.map(({ name, description, inputs, score }) => ({
      name,
      description,
      score,
      inputs: inputSchema(inputs),
    }));
    return json({ flows });
  },
};

const SHOW_FLOW: ManagementTool = {
  tool: own(
    'hero_show_flow',
    'Shows a flow: what it takes and gives, its versions, and the Python source of the current one.',
    { properties: { name: text('of the flow') }, required: ['name'] },
    READS,
  ),
  async call({ workflows }, { name }) {
    const flow = await workflows.getWorkflow({ workflow: { case: 'name', value: name as string } });
    const versions = flow.versions.map((one) => ({ number: one.number, label: one.label, notes: one.notes }));
    const about = {
      name: flow.name,
      description: flow.description,
      tags: flow.tags,
      archived: flow.archived,
      versions,
    };
    if (flow.currentVersionSid === '') return json({ ...about });
    const version = await workflows.getVersion({ versionSid: flow.currentVersionSid });
    const { outputs } = toJson(WorkflowVersionSchema, version, { useProtoFieldName: true }) as { outputs?: unknown };
    const current = {
      number: version.number,
      source: version.pythonSource,
      inputs: inputSchema(version.inputs),
      outputs,
    };
    return json({ ...about, current });
  },
};

const LIST_PLAYS: ManagementTool = {
  tool: own(
    'hero_list_plays',
    'Lists the latest plays; with waiting: true those that wait for an answer or a timer.',
    { properties: { filter: text('words in the name of the play or its flow'), waiting: { type: 'boolean' } } },
    READS,
  ),
  async call({ plays }, { filter = '', waiting = false }) {
    const status = waiting ? [PlayStatus.AWAITING_RESUME] : [];
    const page = await plays.listPlays({ filter: filter as string, status, pageSize: MOST });
    return json({
      plays: page.plays.map((play) => ({
        play_sid: play.sid,
        flow: play.workflowName,
        name: play.name,
        status: PlayStatus[play.status].toLowerCase(),
      })),
    });
  },
};

const SHOW_PLAY: ManagementTool = {
  tool: own(
    'hero_show_play',
    `Shows how a play stands: its output, its error, or its open questions. wait_s waits so long (at most ${LONGEST_WAIT_S} s) for its end or a question.`,
    { properties: { play_sid: text('of the play'), wait_s: { type: 'integer', minimum: 0 } }, required: ['play_sid'] },
    READS,
  ),
  async call({ plays }, { play_sid: sid, wait_s: waitS = 0 }) {
    const playSid = sid as string;
    const wait = Math.min(waitS as number, LONGEST_WAIT_S);
    const play =
      wait > 0
        ? await plays.waitPlay({ playSid, timeoutMs: BigInt(wait * 1000) })
        : await plays.getPlay({ playSid, withSpans: false });
    return resultOf(play);
  },
};

const START: ManagementTool = {
  tool: own(
    'hero_start_play',
    'Starts a play of a flow and returns at once with its sid; the tool of the flow itself waits for the result.',
    { properties: { flow: text('name of the flow'), inputs: { type: 'object' } }, required: ['flow'] },
    { readOnlyHint: false, openWorldHint: true },
  ),
  async call({ plays }, { flow, inputs = {} }) {
    const workflow = { case: 'workflowName' as const, value: flow as string };
    return resultOf(await plays.startPlay({ workflow, inputData: JSON.stringify(inputs), trigger: 'mcp' }));
  },
};

const ANSWER: ManagementTool = {
  tool: own(
    'hero_answer',
    'Answers an open question of a play. The first answer stands.',
    {
      properties: { play_sid: text('of the play'), question: text('id or name of the question'), answer: {} },
      required: ['play_sid', 'question', 'answer'],
    },
    { readOnlyHint: false, destructiveHint: false },
  ),
  async call({ plays }, { play_sid: sid, question, answer }) {
    const playSid = sid as string;
    const { resumes } = await plays.listPendingResumes({ playSid });
    const found = resumes.find(({ id, name }) => id === question || name === question);
    const payloadJson = JSON.stringify(answer);
    await plays.resumePlay({ playSid, resumeId: found?.id ?? (question as string), payloadJson, resumedBy: 'mcp' });
    return json({ play_sid: playSid, answered: question, next: 'hero_show_play tells how it goes on' });
  },
};

const CANCEL: ManagementTool = {
  tool: own(
    'hero_cancel_play',
    'Stops a play and the plays that it started. It cannot be taken back.',
    { properties: { play_sid: text('of the play'), reason: text('why, for people') }, required: ['play_sid'] },
    { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
  ),
  async call({ plays }, { play_sid: sid, reason = '' }) {
    const play = await plays.cancelPlay({ playSid: sid as string, reason: reason as string });
    return json({ play_sid: play.sid, status: PlayStatus[play.status].toLowerCase() });
  },
};

const WRITE: ManagementTool = {
  tool: own(
    'hero_write_flow',
    'Writes a new flow, or a version of the flow of that name that is not current until a person makes it so. Python with hero_tracing.',
    {
      properties: { name: text('of the flow'), source: text('Python, one file'), description: text('for people') },
      required: ['name', 'source'],
    },
    { readOnlyHint: false, destructiveHint: false },
  ),
  async call({ workflows }, { name: given, source: pythonSource, description = '' }) {
    const name = given as string;
    const written = { pythonSource: pythonSource as string };
    const known = await workflows.getWorkflow({ workflow: { case: 'name', value: name } }).catch(absent);
    if (known === undefined) {
      await workflows.createWorkflow({ name, description: description as string, ...written });
      return json({ name, version: 1, current: true });
    }
    const version = await workflows.createVersion({ workflowSid: known.sid, ...written });
    return json({ name, version: version.number, current: version.sid === known.currentVersionSid });
  },
};

function absent(error: unknown): undefined {
  if (toHeroError(error).reason !== 'WORKFLOW_NOT_FOUND') throw error;
  return undefined;
}
