// Writing an example, and turning it into the input of a play.

import { type Clock, invalid, type NewSid } from '@hero-logic/platform';
import { contentProblem, type Example, type ExampleContent, type InputData, toInputData } from '../example.ts';
import type { ExampleStore, WorkflowStore } from '../ports.ts';
import { currentVersion, exampleBySid, noWorkflow, versionBySid, workflowBySid } from './find.ts';

export interface ExampleDeps {
  readonly workflows: WorkflowStore;
  readonly examples: ExampleStore;
  readonly clock: Clock;
  readonly newSid: NewSid;
}

export async function upsertExample(deps: ExampleDeps, workflowSid: string, content: ExampleContent): Promise<Example> {
  await workflowBySid(deps.workflows, workflowSid);
  if (content.workflowVersionSid !== '') await versionBySid(deps.workflows, content.workflowVersionSid, workflowSid);
  const problem = contentProblem(content);
  if (problem !== undefined) throw problem;
  const written = await deps.examples.upsert(workflowSid, content, deps.newSid(), deps.clock.now());
  return written ?? noWorkflow({ workflow_sid: workflowSid }, `sid ${workflowSid}`);
}

/** For the version that is named, else the one that the example names, else the current one. */
export async function buildInputData(deps: ExampleDeps, exampleSid: string, versionSid: string): Promise<InputData> {
  const example = await exampleBySid(deps.examples, exampleSid);
  const workflow = await workflowBySid(deps.workflows, example.workflowSid);
  const own = example.workflowVersionSid;
  if (own !== '' && versionSid !== '' && own !== versionSid) {
    throw invalid([{ field: 'version_sid', description: `is not ${own}, for which alone the example is` }]);
  }
  const wanted = versionSid || own;
  const version =
    wanted === ''
      ? await currentVersion(deps.workflows, workflow)
      : await versionBySid(deps.workflows, wanted, workflow.sid);
  return toInputData(example, version.inputs, `version ${version.number} of "${workflow.name}"`);
}
