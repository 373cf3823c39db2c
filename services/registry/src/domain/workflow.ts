// A named flow. Every function gives a new workflow, or the same object when nothing changes; `revision` grows with each change and is
// the etag.

import { DEFAULT_NAMESPACE, HeroError, placedName } from '@hero-logic/platform';

/** What seeding wrote last, so that it can tell its own text from a user's edit. */
export interface SeedMark {
  readonly description: string;
  readonly tags: readonly string[];
  /** Example name -> digest of what was written. */
  readonly examples: Readonly<Record<string, string>>;
}

export interface Workflow {
  readonly sid: string;
  /** Unique within its namespace. */
  readonly name: string;
  /** Absent = the first one. */
  readonly namespace?: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** Empty = no version yet. */
  readonly currentVersionSid: string;
  readonly archived: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly revision: number;
  /** Empty = none. Unique among workflows otherwise. */
  readonly requestId: string;
  /** Only workflows that seeding created have one. */
  readonly seed?: SeedMark;
}

export interface WorkflowChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly archived?: boolean | undefined;
}

export interface NewWorkflow {
  readonly sid: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly requestId: string;
  readonly namespace?: string | undefined;
  readonly now: number;
  readonly seed?: SeedMark;
}

export function newWorkflow(options: NewWorkflow): Workflow {
  const { now, namespace, ...rest } = options;
  const placed = namespace === undefined || namespace === DEFAULT_NAMESPACE ? {} : { namespace };
  return { ...rest, ...placed, currentVersionSid: '', archived: false, createdAt: now, updatedAt: now, revision: 1 };
}

export function changeWorkflow(workflow: Workflow, change: WorkflowChange, now: number): Workflow {
  const next: Workflow = {
    ...workflow,
    name: change.name ?? workflow.name,
    description: change.description ?? workflow.description,
    tags: change.tags ?? workflow.tags,
    archived: change.archived ?? workflow.archived,
  };
  const same =
    next.name === workflow.name &&
    next.description === workflow.description &&
    next.archived === workflow.archived &&
    sameTags(next.tags, workflow.tags);
  return same ? workflow : touched(next, now);
}

export function withCurrentVersion(workflow: Workflow, versionSid: string, now: number): Workflow {
  if (workflow.currentVersionSid === versionSid) return workflow;
  return touched({ ...workflow, currentVersionSid: versionSid }, now);
}

export function withSeedMark(workflow: Workflow, seed: SeedMark): Workflow {
  return { ...workflow, seed, revision: workflow.revision + 1 };
}

/** Its name and namespace as one text, unique among all. */
export function placedNameOf({ namespace, name }: Pick<Workflow, 'namespace' | 'name'>): string {
  return placedName(namespace, name);
}

export function etagOf(workflow: Workflow): string {
  return String(workflow.revision);
}

/** An empty etag asks for no check. */
export function checkEtag(workflow: Workflow, etag: string): void {
  if (etag === '' || etag === etagOf(workflow)) return;
  throw new HeroError('ETAG_MISMATCH', `workflow "${workflow.name}" has changed since you read it; read it again`, {
    metadata: { workflow_sid: workflow.sid, etag: etagOf(workflow) },
  });
}

export function sameTags(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((tag, i) => tag === b[i]);
}

function touched(workflow: Workflow, now: number): Workflow {
  return { ...workflow, updatedAt: Math.max(now, workflow.updatedAt), revision: workflow.revision + 1 };
}
