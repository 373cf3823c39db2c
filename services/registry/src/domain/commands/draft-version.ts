// A source becomes the draft of a version: it is read, never run, and fields that the caller leaves out are taken from its entry flow.

import { createHash } from 'node:crypto';
import { invalid, type NewSid, type SchemaCheck } from '@hero-logic/platform';
import { type Field, fieldsProblem, withTypesFrom } from '../field.ts';
import { invalidSource, type SourceInspector } from '../inspection.ts';
import { type Isolation, isolationViolations, type Limits, type VersionDraft } from '../version.ts';

export interface VersionContent {
  readonly source: string;
  readonly label: string;
  readonly notes: string;
  /** Empty = as the entry flow declares. */
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
  readonly limits: Limits;
}

export interface DraftDeps {
  readonly inspector: SourceInspector;
  readonly schemas: SchemaCheck;
  readonly newSid: NewSid;
  /** The least that a version may ask for. */
  readonly isolationLeast: Isolation;
}

export interface DraftFor {
  readonly workflowSid: string;
  readonly workflowName: string;
  readonly origin: 'user' | 'seed';
  readonly now: number;
}

export async function draftVersion(deps: DraftDeps, content: VersionContent, made: DraftFor): Promise<VersionDraft> {
  const given = fieldsProblem({ inputs: content.inputs, outputs: content.outputs }, deps.schemas);
  if (given !== undefined) throw given;
  const shared = isolationViolations(content.limits, deps.isolationLeast);
  if (shared.length > 0) throw invalid(shared);
  const read = await deps.inspector.inspect(content.source, made.workflowName);
  const inputs = content.inputs.length > 0 ? withTypesFrom(content.inputs, read.inputs) : read.inputs;
  const outputs = content.outputs.length > 0 ? withTypesFrom(content.outputs, read.outputs) : read.outputs;
  const problem = fieldsProblem({ inputs, outputs }, deps.schemas);
  if (problem !== undefined) {
    // A given default may clash with a type that only the source knows; anything else is the declaration's fault.
    if (content.inputs.length > 0 || content.outputs.length > 0) throw problem;
    throw invalidSource(`the declaration of "${read.outline.entry}": ${problem.message}`, read);
  }
  return {
    sid: deps.newSid(),
    workflowSid: made.workflowSid,
    label: content.label,
    notes: content.notes,
    source: content.source,
    sha256: sha256(content.source),
    inputs,
    outputs,
    limits: content.limits,
    outline: read.outline,
    packages: read.packages,
    origin: made.origin,
    createdAt: made.now,
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
