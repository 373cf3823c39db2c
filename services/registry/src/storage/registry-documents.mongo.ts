// Documents of the registry. Each keeps its entity as JSON text; fields beside it are what is looked up.

import type { Collection, MongoDatabase } from '@hero-logic/platform/mongo';

export interface WorkflowDocument {
  readonly _id: string;
  /** With its namespace: placedNameOf. */
  readonly name: string;
  readonly requestId: string;
  readonly archived: boolean;
  /** The revision of the workflow. */
  readonly rev: number;
  readonly tags: readonly string[];
  /** Folded name and description. */
  readonly filterText: string;
  readonly doc: string;
  /** What a search looks at, JSON text. */
  readonly search: string;
}

export interface VersionDocument {
  readonly _id: string;
  readonly workflowSid: string;
  readonly number: number;
  readonly sha256: string;
  readonly doc: string;
  readonly outline: string;
  readonly source: string;
}

export interface ExampleDocument {
  readonly _id: string;
  readonly workflowSid: string;
  readonly name: string;
  /** Grows with each change. */
  readonly rev: number;
  readonly doc: string;
}

export interface RegistryCollections {
  readonly workflows: Collection<WorkflowDocument>;
  readonly versions: Collection<VersionDocument>;
  readonly examples: Collection<ExampleDocument>;
}

export function registryCollections(mongo: MongoDatabase): RegistryCollections {
  return {
    workflows: mongo.collection('workflows'),
    versions: mongo.collection('workflow_versions'),
    examples: mongo.collection('workflow_examples'),
  };
}

export function parsed<T>(found: { readonly doc: string } | null): T | undefined {
  return found === null ? undefined : (JSON.parse(found.doc) as T);
}

/** Leaves out what is large and seldom asked for. */
export const DOC_ONLY = { projection: { doc: 1 } };
