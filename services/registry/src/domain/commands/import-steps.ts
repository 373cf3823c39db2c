// An import for stores that write one document at a time: what refers to others comes after them, and the workflow as it should be comes last. One that
// is interrupted is completed by the next: it finds what is there and adds the rest. Until then a flow that was not there before is archived, so that no
// search finds it and nothing starts it; one that was there keeps its current version.

import type { ExampleStore, FlowChange, WorkflowStore } from '../ports.ts';
import { changeWorkflow, withCurrentVersion } from '../workflow.ts';

export interface ImportStepsDeps {
  readonly workflows: WorkflowStore;
  readonly examples: ExampleStore;
}

export async function importInSteps(deps: ImportStepsDeps, change: FlowChange): Promise<'imported' | 'changed'> {
  const { workflows, examples } = deps;
  const { present, next, now } = change;
  const [first, ...rest] = change.drafts;
  let before = present;
  if (present === undefined) {
    const made = await workflows.create({ ...next, currentVersionSid: '', archived: true }, first);
    if (made.kind !== 'created') return 'changed';
    before = made.workflow;
  }
  for (const [i, draft] of (present === undefined ? rest : change.drafts).entries()) {
    const added = await workflows.addVersion(draft, false, now);
    const number = change.firstNumber + i + (present === undefined ? 1 : 0);
    if (added === undefined || !added.written || added.version.number !== number) return 'changed';
    before = added.workflow;
  }
  for (const { sid, content } of change.examples) await examples.upsert(next.sid, content, sid, now);
  if (before === undefined) return 'changed';
  const last = withCurrentVersion(changeWorkflow(before, next, now), next.currentVersionSid, now);
  if (last === before) return 'imported';
  return (await workflows.replace(before, last)) === 'replaced' ? 'imported' : 'changed';
}
