// A filter with its names looked up, ready for a store.

import { toHeroError } from '@hero-logic/platform';
import type { Catalog } from '../catalog.ts';
import type { PlayCondition } from './condition.ts';
import { type FilterWord, filterProblem } from './filter-words.ts';
import { parseFilter } from './parse-filter.ts';

interface FilterAsked {
  readonly now: number;
  /** Where names are looked up; absent = in the first one. */
  readonly namespace?: string | undefined;
}

/** INVALID_ARGUMENT naming the word; UNAVAILABLE when a name has to be looked up and the registry is away. */
export async function resolveFilter(catalog: Catalog, text: string, asked: FilterAsked): Promise<PlayCondition[]> {
  const parsed = parseFilter(text, asked.now);
  const conditions = await Promise.all(
    parsed.map(async (one): Promise<PlayCondition> => {
      if ('condition' in one) return one.condition;
      const values = await Promise.all(
        one.workflows.map((name) => workflowSid(catalog, one.word, { name, namespace: asked.namespace })),
      );
      return { kind: 'workflow', values, ...(one.word.not ? { not: true } : {}) };
    }),
  );
  const numbered = parsed.find((one) => 'condition' in one && one.condition.kind === 'version_number');
  const hasOneWorkflow = conditions.some(
    (one) => one.kind === 'workflow' && one.not !== true && one.values.length === 1,
  );
  if (numbered !== undefined && !hasOneWorkflow) {
    const { at, text: word } = numbered.word;
    throw filterProblem(at, word, 'needs one workflow, as workflow:invoice version:3');
  }
  return conditions;
}

const SID = /^[0-9a-hjkmnp-tv-z]{26}$/;

/** A name, or a sid: that of a workflow that was deleted still finds its plays. */
async function workflowSid(
  catalog: Catalog,
  word: FilterWord,
  { name, namespace }: { readonly name: string; readonly namespace: string | undefined },
): Promise<string> {
  if (SID.test(name)) return name;
  try {
    return (await catalog.resolve({ workflowSid: '', workflowName: name, namespace, versionSid: '' })).workflowSid;
  } catch (error) {
    const { reason, metadata } = toHeroError(error);
    const known = metadata.workflow_sid;
    if (reason === 'WORKFLOW_HAS_NO_VERSION' && known !== undefined) return known;
    if (reason !== 'WORKFLOW_NOT_FOUND') throw error;
    throw filterProblem(word.at, word.text, `names no workflow; there is none called "${name}"`);
  }
}
