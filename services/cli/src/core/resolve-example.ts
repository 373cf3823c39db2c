// Examples of a flow by name, or by sid where none has that name.

import { HeroError } from '@hero-logic/platform/client';
import type { Example } from '@hero-logic/proto/herologic/registry/v1/example_pb';
import type { Workflow } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import type { Clients } from './clients.ts';

export async function allExamples({ examples }: Pick<Clients, 'examples'>, workflowSid: string): Promise<Example[]> {
  const all: Example[] = [];
  for (let pageToken = ''; ; ) {
    const page = await examples.listExamples({ workflowSid, pageToken });
    all.push(...page.examples);
    if (page.nextPageToken === '') return all;
    pageToken = page.nextPageToken;
  }
}

export async function resolveExamples(
  clients: Pick<Clients, 'examples'>,
  flow: Pick<Workflow, 'sid' | 'name'>,
  namesOrSids: readonly string[],
): Promise<Example[]> {
  if (namesOrSids.length === 0) return [];
  const all = await allExamples(clients, flow.sid);
  return namesOrSids.map((wanted) => {
    const found = all.find((e) => e.name === wanted) ?? all.find((e) => e.sid === wanted.toLowerCase());
    if (found !== undefined) return found;
    const known = all.length === 0 ? 'none' : all.map((e) => `"${e.name}"`).join(', ');
    throw new HeroError('EXAMPLE_NOT_FOUND', `flow "${flow.name}" has no example "${wanted}"; it has ${known}`);
  });
}
