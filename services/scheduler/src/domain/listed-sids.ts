// A list of nothing: is there nothing yet, or nothing by that sid? A sid that does not exist is NOT_FOUND in every call.

import { toHeroError } from '@hero-logic/platform';
import type { CommandDeps } from './commands/deps.ts';
import { playNotFound } from './errors.ts';

interface ListedSids {
  /** Each may be empty. */
  readonly workflowSid: string;
  readonly versionSid: string;
  readonly parentPlaySid: string;
}

/** For a list without a hit. WORKFLOW_NOT_FOUND, VERSION_NOT_FOUND, PLAY_NOT_FOUND. The plays of a deleted workflow stay readable, also through a filter that leaves none. */
export async function checkListedSids(
  { store, catalog }: Pick<CommandDeps, 'store' | 'catalog'>,
  { workflowSid, versionSid, parentPlaySid }: ListedSids,
): Promise<void> {
  const hasPlays = async (kind: 'workflow' | 'version', sid: string) => {
    const query = { conditions: [{ kind, values: [sid] }], beforeSid: '', limit: 1 };
    return (await store.list(query)).found.length > 0;
  };
  if (parentPlaySid !== '' && (await store.find(parentPlaySid)) === undefined) throw playNotFound(parentPlaySid);
  if (workflowSid !== '' && !(await hasPlays('workflow', workflowSid))) {
    await unlessMissing(catalog.resolve({ workflowSid, workflowName: '', versionSid: '' }));
  }
  if (versionSid !== '' && !(await hasPlays('version', versionSid))) {
    await unlessMissing(catalog.resolve({ workflowSid: '', workflowName: '', versionSid }));
  }
}

// A workflow without a version exists, and a registry that is away is no reason to list nothing.
async function unlessMissing(resolved: Promise<unknown>): Promise<void> {
  try {
    await resolved;
  } catch (error) {
    const failure = toHeroError(error);
    if (failure.reason === 'WORKFLOW_NOT_FOUND' || failure.reason === 'VERSION_NOT_FOUND') throw failure;
  }
}
