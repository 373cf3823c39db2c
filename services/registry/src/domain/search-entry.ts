// What of a workflow and its current version can be found by a search. Bounded, so that 10,000 of them fit into memory.

import { DEFAULT_NAMESPACE } from '@hero-logic/platform';
import type { Outline } from './inspection.ts';
import type { SearchEntry } from './search.ts';
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
    namespace: workflow.namespace ?? DEFAULT_NAMESPACE,
    texts: {
      name: workflow.name,
      tag: text(workflow.tags),
      description: text([workflow.description]),
      field: text(fields.map((field) => `${field.name} ${field.description}`.trim())),
      doc: text(
        [outline?.description ?? '', ...flows.map((flow) => flow.doc)].filter((doc) => doc !== workflow.description),
      ),
      step: text(flows.map((flow) => `${flow.name} ${flow.title}`.trim()).filter((name) => name !== workflow.name)),
    },
  };
}

function text(parts: readonly string[]): string {
  const lines = [...new Set(parts)].filter((part) => part !== '');
  return lines.join('\n').slice(0, MAX_TEXT);
}
