// flow list: every flow of the library, by name.

import { timeFromPb } from '@hero-logic/platform/client';
import { type Workflow, WorkflowSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import type { Clients } from '../core/clients.ts';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { ago } from '../text/duration.ts';
import { tableLines } from '../text/table.ts';

const PAGE = 500;

export interface FlowListArgs {
  readonly query?: string;
  readonly tag?: readonly string[];
}

export async function flowList(context: Context, args: FlowListArgs): Promise<ExitCode> {
  const { io, clients, clock } = context;
  const flows = await allFlows(clients, args);
  if (context.json) {
    io.out(`${JSON.stringify({ workflows: flows.map((f) => toJson(WorkflowSchema, f)) })}\n`);
    return EXIT.ok;
  }
  if (flows.length === 0) {
    const filtered = args.query !== undefined || (args.tag?.length ?? 0) > 0;
    io.err(filtered ? 'No flow matches.\n' : 'There are no flows yet. Add one: hero-logic flow add FILE.py\n');
    return EXIT.ok;
  }
  const rows = flows.map((f) => [
    f.name,
    ago(clock.now() - (timeFromPb(f.updatedAt) ?? clock.now())),
    f.archived ? 'archived' : f.currentVersionSid === '' ? 'no version' : 'ready',
    f.tags.join(','),
    f.description,
  ]);
  const head = ['NAME', 'CHANGED', 'STATE', 'TAGS', 'DESCRIPTION'];
  io.out(`${tableLines({ head, rows, io }).join('\n')}\n`);
  return EXIT.ok;
}

export async function allFlows(clients: Pick<Clients, 'workflows'>, args: FlowListArgs): Promise<Workflow[]> {
  const flows: Workflow[] = [];
  let pageToken = '';
  do {
    const query = args.query ?? '';
    const page = await clients.workflows.listWorkflows({
      query,
      tags: [...(args.tag ?? [])],
      pageSize: PAGE,
      pageToken,
    });
    flows.push(...page.workflows);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return flows;
}
