// Deletes a workflow with its versions and examples. Refused while plays are live, unless forced: then they are cancelled first. A play that
// starts in the very moment of the deletion is cancelled after it, as there is nothing left for it to run.

import { HeroError, type Log } from '@hero-logic/platform';
import type { WorkflowPlays, WorkflowStore } from '../ports.ts';
import { noWorkflow, workflowBySid } from './find.ts';

export interface DeleteWorkflowDeps {
  readonly workflows: WorkflowStore;
  readonly plays: WorkflowPlays;
  readonly log: Log;
}

const REASON = 'its workflow was deleted';

export async function deleteWorkflow(deps: DeleteWorkflowDeps, sid: string, force: boolean): Promise<void> {
  const { workflows, plays } = deps;
  const workflow = await workflowBySid(workflows, sid);
  if (force) await plays.cancelLive(sid, REASON);
  else refuseWhileLive(await plays.countLive(sid), workflow.name, sid);
  if (!(await workflows.remove(sid))) noWorkflow({ workflow_sid: sid }, `sid ${sid}`);
  try {
    await plays.cancelLive(sid, REASON);
  } catch (error) {
    // The workflow is gone either way; a play that slipped in fails by itself when it cannot get its source.
    deps.log.warn({ err: error, workflow_sid: sid }, 'plays that began during the deletion were not cancelled');
  }
}

function refuseWhileLive(live: bigint, name: string, sid: string): void {
  if (live === 0n) return;
  const plays = live === 1n ? '1 play has' : `${live} plays have`;
  throw new HeroError(
    'WORKFLOW_HAS_LIVE_PLAYS',
    `workflow "${name}": ${plays} not ended; wait, cancel, or delete with force`,
    { metadata: { workflow_sid: sid, live_plays: String(live) } },
  );
}
