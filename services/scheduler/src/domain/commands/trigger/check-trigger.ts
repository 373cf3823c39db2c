// What a trigger would start, checked when it is written: its workflow, its version and its inputs.

import { documentProblem, invalid, jsonMembers, jsonObject, jsonType } from '@hero-logic/platform';
import type { CatalogVersion, InputField, WorkflowRef } from '../../catalog.ts';
import { fillInputs, unfit, unknownInput } from '../../inputs.ts';
import type { Spec, WebhookSpec } from '../../trigger/schedule.ts';
import { requireStartable } from '../start-play.ts';
import type { TriggerDeps } from './deps.ts';

/** WORKFLOW_NOT_FOUND, VERSION_NOT_FOUND, and what `checkStart` throws. */
export async function checkTrigger(
  deps: TriggerDeps,
  ref: WorkflowRef,
  spec: Spec,
  inputData: string,
): Promise<CatalogVersion> {
  const version = await deps.catalog.resolve(ref);
  checkStart(deps, version, spec, inputData);
  return version;
}

/** WORKFLOW_ARCHIVED, INVALID_INPUT. */
export function checkStart(deps: TriggerDeps, version: CatalogVersion, spec: Spec, inputData: string): void {
  requireStartable(version);
  if (spec.kind === 'webhook') checkHook(deps, version.inputs, spec, inputData);
  else
    fillInputs(version.inputs, { inputData: inputFor(spec, inputData, deps.clock.now()), example: '{}' }, deps.schemas);
}

/** The values come with its deliveries; names that no play takes, and values that stand already, would have each of them refused. */
function checkHook(deps: TriggerDeps, fields: readonly InputField[], spec: WebhookSpec, inputData: string): void {
  const problem = spec.jsonata === '' ? undefined : deps.transforms.problem(spec.jsonata);
  if (problem !== undefined) throw invalid([{ field: 'spec.jsonata', description: problem }]);
  const text = inputData === '' ? '{}' : inputData;
  const wrong = documentProblem(text) ?? (jsonType(text) === 'object' ? undefined : 'must be a JSON object');
  if (wrong !== undefined) throw invalid([{ field: 'input_data', description: wrong }], 'INVALID_INPUT');
  const names = new Set(fields.map(({ name }) => name));
  const unknown = Object.keys(spec.inputs ?? {}).filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw invalid(unknown.map((name) => ({ field: `spec.inputs.${name}`, description: unknownInput(fields) })));
  }
  const violations = unfit(fields, jsonMembers(text), deps.schemas);
  if (violations.length > 0) throw invalid(violations, 'INVALID_INPUT');
}

/** The input of a play: the trigger's, with the due time where the spec asks for it. The other texts stay as they came. */
export function inputFor(spec: Pick<Spec, 'dueAtInput'>, inputData: string, dueAt: number): string {
  if (spec.dueAtInput === '') return inputData;
  const others = jsonMembers(inputData === '' ? '{}' : inputData).filter(([name]) => name !== spec.dueAtInput);
  return jsonObject([...others, [spec.dueAtInput, JSON.stringify(new Date(dueAt).toISOString())]]);
}
