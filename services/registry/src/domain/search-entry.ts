// What of a workflow and its current version can be found by a search. Bounded, so that 10,000 of them fit into memory.

import type { Outline } from './inspection.ts';
import { fold, type SearchEntry } from './search.ts';
import type { Version } from './version.ts';
import type { Workflow } from './workflow.ts';

const MAX_TEXT = 4000;

export function searchEntryOf(
  workflow: Workflow,
  current: Version | undefined,
  outline: Outline | undefined,
): SearchEntry {
  const fields = [...(current?.inputs ?? []), ...(current?.outputs ?? [])];
  const flows = outline?.flows ?? [];
  return {
    workflowSid: workflow.sid,
    name: workflow.name,
    texts: {
      name: fold(workflow.name),
      tag: text(workflow.tags),
      description: text([workflow.description]),
      field: text(fields.flatMap((field) => [field.name, field.description])),
      step: text([outline?.description ?? '', ...flows.flatMap((flow) => [flow.name, flow.title, flow.doc])]),
    },
  };
}

function text(parts: readonly string[]): string {
  return fold(parts.filter((part) => part !== '').join('\n')).slice(0, MAX_TEXT);
}
