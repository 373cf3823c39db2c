/**
 * The MCP server: every workflow is a tool with its typed inputs, and may be called as a task.
 *
 * - A call starts a play and waits for its end. A question of the play becomes a form for the client's user (elicitation), if the client
 *   has forms; else, or when the user declines, the result names the play and its questions, and `hero_answer` goes on.
 * - As a task (experimental in the protocol) the call returns at once. `tasks/get` says `input_required` while a question is open;
 *   `tasks/result` shows its form and waits for the end.
 * - A client that goes away or cancels a request leaves the play running; `tasks/cancel` and `hero_cancel_play` stop it.
 */

import type { Transport } from '@connectrpc/connect';
import { toHeroError } from '@hero-logic/platform';
import type { Play } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  CancelTaskRequestSchema,
  ErrorCode,
  GetTaskPayloadRequestSchema,
  GetTaskRequestSchema,
  ListTasksRequestSchema,
  ListToolsRequestSchema,
  McpError,
  RELATED_TASK_META_KEY,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { type McpClients, mcpClients } from './clients.ts';
import { flowOfTool, listFlowTools } from './flow-tools.ts';
import { checkArguments, managementTools } from './management.ts';
import { ended, isEnded, refused, resultOf, settled, taskOf } from './plays.ts';
import { formOf } from './questions.ts';

export interface McpServerOptions {
  /** Leads to the services on behalf of whoever sent a request with these headers (of HTTP; absent on stdio). */
  readonly transportFor: (headers: Headers) => Transport;
  readonly version: string;
  /** Whether flows may be written. */
  readonly canWrite: boolean;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

const INSTRUCTIONS = `Each tool without the prefix hero_ is a workflow: a call runs it as a play, which people can watch, and which survives restarts.
A workflow may ask a question; if no form is shown, its result names the play and the question, and hero_answer answers it.`;
/** A person may take this long over a form. */
const FORM_MS = 24 * 3600 * 1000;
const TASKS_PAGE = 50;

export function createMcpServer(options: McpServerOptions): Server {
  const server = new Server(
    { name: 'hero-logic', version: options.version },
    {
      capabilities: { tools: {}, tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } },
      instructions: INSTRUCTIONS,
    },
  );
  const clientsOf = ({ requestInfo }: Extra) => mcpClients(options.transportFor(headersOf(requestInfo)));
  serveTools(server, clientsOf, managementTools(options));
  serveTasks(server, clientsOf);
  return server;
}

type ClientsOf = (extra: Extra) => McpClients;

function serveTools(server: Server, clientsOf: ClientsOf, own: ReturnType<typeof managementTools>): void {
  server.setRequestHandler(ListToolsRequestSchema, async ({ params }, extra) => {
    const cursor = params?.cursor ?? '';
    const { tools, next } = await answered(() => listFlowTools(clientsOf(extra), cursor));
    const first = cursor === '' ? [...own.values()].map(({ tool }) => tool) : [];
    return { tools: [...first, ...tools], ...(next === '' ? {} : { nextCursor: next }) };
  });

  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const { name, arguments: args = {}, task } = params;
    const clients = clientsOf(extra);
    const managing = own.get(name);
    if (managing !== undefined) {
      if (task !== undefined) throw new McpError(ErrorCode.MethodNotFound, `${name} cannot be called as a task`);
      return mendable(async () => {
        checkArguments(managing.tool, args);
        return managing.call(clients, args);
      });
    }
    const flow = await answered(() => flowOfTool(clients, name));
    if (flow === undefined) throw new McpError(ErrorCode.InvalidParams, `there is no tool ${name}`);
    const workflow = { case: 'workflowSid' as const, value: flow.sid };
    const start = () => clients.plays.startPlay({ workflow, inputData: JSON.stringify(args), trigger: 'mcp' });
    if (task !== undefined) return { task: taskOf(await answered(start)) };
    return mendable(async () => resultOf(await attend(server, clients, (await start()).sid, extra)));
  });
}

function serveTasks(server: Server, clientsOf: ClientsOf): void {
  server.setRequestHandler(GetTaskRequestSchema, async ({ params: { taskId: playSid } }, extra) =>
    taskOf(await answered(() => clientsOf(extra).plays.getPlay({ playSid, withSpans: false }))),
  );

  server.setRequestHandler(GetTaskPayloadRequestSchema, async ({ params: { taskId } }, extra) => {
    const clients = clientsOf(extra);
    const play = await answered(() => attend(server, clients, taskId, extra, taskId));
    const last = isEnded(play) ? play : await answered(() => ended(clients, taskId, extra.signal));
    const result = resultOf(last);
    return { ...result, _meta: { ...result._meta, [RELATED_TASK_META_KEY]: { taskId } } };
  });

  server.setRequestHandler(CancelTaskRequestSchema, async ({ params: { taskId: playSid } }, extra) => {
    const { plays } = clientsOf(extra);
    return answered(async () => {
      if (isEnded(await plays.getPlay({ playSid, withSpans: false }))) {
        throw new McpError(ErrorCode.InvalidParams, `task ${playSid} has ended`);
      }
      return taskOf(await plays.cancelPlay({ playSid, reason: 'cancelled over MCP' }));
    });
  });

  server.setRequestHandler(ListTasksRequestSchema, async ({ params }, extra) => {
    const asked = { pageSize: TASKS_PAGE, pageToken: params?.cursor ?? '' };
    const page = await answered(() => clientsOf(extra).plays.listPlays(asked));
    return { tasks: page.plays.map(taskOf), ...(page.nextPageToken === '' ? {} : { nextCursor: page.nextPageToken }) };
  });
}

/** Waits for the end of a play and shows its questions meanwhile; gives it as it stands when a question stays open. */
async function attend(server: Server, clients: McpClients, playSid: string, extra: Extra, taskId = ''): Promise<Play> {
  let waits = 0;
  const onWait = async (play: Play) => {
    const { progressToken } = extra._meta ?? {};
    if (progressToken === undefined) return;
    waits += 1;
    const message = `play ${play.sid} is under way`;
    await extra.sendNotification({
      method: 'notifications/progress',
      params: { progressToken, progress: waits, message },
    });
  };
  for (let problem = ''; ; ) {
    const play = await settled(clients, playSid, extra.signal, onWait);
    const question = play.pendingResumes[0];
    if (question === undefined || server.getClientCapabilities()?.elicitation?.form === undefined) return play;
    const form = formOf(question);
    const message = problem === '' ? form.params.message : `${form.params.message}\n\nNot taken: ${problem}`;
    const _meta = taskId === '' ? {} : { _meta: { [RELATED_TASK_META_KEY]: { taskId } } };
    const asked = { signal: extra.signal, timeout: FORM_MS, relatedRequestId: extra.requestId };
    const answer = await server.elicitInput({ ...form.params, message, ..._meta }, asked);
    if (answer.action !== 'accept') return play;
    problem = await resume(clients, playSid, question.id, () => form.payload(answer.content ?? {}));
  }
}

/** What is wrong with an answer that can be given anew; empty = it was taken, or somebody else was faster. */
async function resume(clients: McpClients, playSid: string, resumeId: string, payload: () => string): Promise<string> {
  let payloadJson: string;
  try {
    payloadJson = payload();
  } catch (error) {
    return (error as Error).message;
  }
  try {
    await clients.plays.resumePlay({ playSid, resumeId, payloadJson, resumedBy: 'mcp' });
    return '';
  } catch (error) {
    const hero = toHeroError(error);
    if (hero.reason === 'RESUME_ALREADY_ANSWERED' || hero.reason === 'RESUME_WITHDRAWN') return '';
    if (hero.reason !== 'INVALID_PAYLOAD') throw hero;
    return hero.violations.map(({ field, description }) => `${field} ${description}`).join('; ') || hero.message;
  }
}

/** Failures of a tool are results, so that whoever called can mend the call. */
async function mendable(call: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await call();
  } catch (error) {
    return refused(error);
  }
}

/** Failures outside of a tool are errors of the protocol. */
async function answered<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof McpError) throw error;
    const { reason, message } = toHeroError(error);
    const isOurs = reason === 'INTERNAL' || reason === 'UNAVAILABLE';
    throw new McpError(isOurs ? ErrorCode.InternalError : ErrorCode.InvalidParams, `${reason}: ${message}`);
  }
}

function headersOf(info: Extra['requestInfo']): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(info?.headers ?? {})) {
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}
