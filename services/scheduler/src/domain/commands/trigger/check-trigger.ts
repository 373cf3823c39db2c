// What a trigger would start, checked when it is written: its workflow, its version and its inputs.

import { jsonMembers, jsonObject } from '@hero-logic/platform';
import type { CatalogVersion, WorkflowRef } from '../../catalog.ts';
import { fillInputs } from '../../inputs.ts';
import type { Spec } from '../../trigger/schedule.ts';
import { requireStartable } from '../start-play.ts';
import type { TriggerDeps } from './deps.ts';

/** WORKFLOW_NOT_FOUND, VERSION_NOT_FOUND, WORKFLOW_ARCHIVED, INVALID_INPUT. */
export async function checkTrigger(
  deps: TriggerDeps,
  ref: WorkflowRef,
  spec: Spec,
  inputData: string,
): Promise<CatalogVersion> {
  const version = await deps.catalog.resolve(ref);
  requireStartable(version);
  fillInputs(version.inputs, { inputData: inputFor(spec, inputData, deps.clock.now()), example: '{}' }, deps.schemas);
  return version;
}

/** The input of a play: the trigger's, with the due time where the spec asks for it. The other texts stay as they came. */
export function inputFor(spec: Pick<Spec, 'dueAtInput'>, inputData: string, dueAt: number): string {
  if (spec.dueAtInput === '') return inputData;
  const others = jsonMembers(inputData === '' ? '{}' : inputData).filter(([name]) => name !== spec.dueAtInput);
  return jsonObject([...others, [spec.dueAtInput, JSON.stringify(new Date(dueAt).toISOString())]]);
}
