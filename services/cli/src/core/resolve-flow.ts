// A flow by name, or by sid where no flow has that name; and one of its versions by number or sid.

import { HeroError, isHeroError, toHeroError } from '@hero-logic/platform/client';
import type { Workflow, WorkflowVersion } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import type { Clients } from './clients.ts';

const SID = /^[0-9a-hjkmnp-tv-z]{26}$/i;

export async function resolveFlow(clients: Pick<Clients, 'workflows'>, nameOrSid: string): Promise<Workflow> {
  try {
    return await clients.workflows.getWorkflow({ workflow: { case: 'name', value: nameOrSid } });
  } catch (error) {
    if (!SID.test(nameOrSid) || !isHeroError(toHeroError(error), 'WORKFLOW_NOT_FOUND')) throw error;
    return clients.workflows.getWorkflow({ workflow: { case: 'workflowSid', value: nameOrSid.toLowerCase() } });
  }
}

export function findFlow(clients: Pick<Clients, 'workflows'>, name: string): Promise<Workflow | undefined> {
  return clients.workflows.getWorkflow({ workflow: { case: 'name', value: name } }).catch((error: unknown) => {
    if (isHeroError(toHeroError(error), 'WORKFLOW_NOT_FOUND')) return undefined;
    throw error;
  });
}

/** The version asked for; without a wish the current one, which a flow may lack. */
export function chooseVersion(flow: Workflow, wish: string | undefined): WorkflowVersion | undefined {
  if (wish === undefined) return flow.versions.find((v) => v.sid === flow.currentVersionSid);
  const number = wish.replace(/^v(?=\d+$)/, '');
  const version = flow.versions.find((v) => String(v.number) === number || v.sid === wish.toLowerCase());
  if (version !== undefined) return version;
  const known = flow.versions.map((v) => v.number).join(', ');
  throw new HeroError(
    'VERSION_NOT_FOUND',
    `flow "${flow.name}" has no version ${wish}; it has ${known === '' ? 'none' : known}`,
  );
}
