// The stores of the registry in MongoDB.
//
// A workflow is what its document says; versions and examples are written after a look at it and looked at again afterwards, so that
// none stays behind when the workflow is removed meanwhile. What a crash leaves behind belongs to no workflow and is found by nobody.

import { createKeyedQueue } from '@hero-logic/platform';
import { ensureIndexes, type MongoDatabase, type MongoIndexes } from '@hero-logic/platform/mongo';
import type { ApiKeyStore, AuditStore, SecretStore } from '../domain/access/ports.ts';
import type { VectorStore } from '../domain/library/semantic.ts';
import type { ExampleStore, WorkflowStore } from '../domain/ports.ts';
import { ACCESS_INDEXES, createMongoApiKeyStore, createMongoAuditStore } from './access-stores.mongo.ts';
import { createMongoExampleStore } from './example-store.mongo.ts';
import { registryCollections } from './registry-documents.mongo.ts';
import { createMongoSecretStore, SECRET_INDEXES } from './secret-store.mongo.ts';
import { createMongoVectorStore } from './vector-store.mongo.ts';
import { createMongoWorkflowStore } from './workflow-store.mongo.ts';

const INDEXES: MongoIndexes = {
  workflows: [
    { key: { name: 1 }, name: 'by_name', unique: true },
    {
      key: { requestId: 1 },
      name: 'by_request',
      unique: true,
      partialFilterExpression: { requestId: { $gt: '' } },
    },
    { key: { archived: 1, _id: 1, rev: 1 }, name: 'searchable' },
  ],
  workflow_versions: [
    { key: { workflowSid: 1, number: 1 }, name: 'by_number', unique: true },
    { key: { workflowSid: 1, sha256: 1 }, name: 'by_source', unique: true },
  ],
  workflow_examples: [{ key: { workflowSid: 1, name: 1 }, name: 'by_name', unique: true }],
  ...ACCESS_INDEXES,
  ...SECRET_INDEXES,
};

export function ensureRegistryIndexes(mongo: MongoDatabase): Promise<void> {
  return ensureIndexes(mongo, INDEXES);
}

export function createMongoStores(mongo: MongoDatabase): {
  readonly workflows: WorkflowStore;
  readonly examples: ExampleStore;
  readonly keys: ApiKeyStore;
  readonly audit: AuditStore;
  readonly secrets: SecretStore;
  readonly vectors: VectorStore;
} {
  const collections = registryCollections(mongo);
  const inTurn = createKeyedQueue();
  return {
    workflows: createMongoWorkflowStore(collections, inTurn),
    examples: createMongoExampleStore(collections, inTurn),
    keys: createMongoApiKeyStore(mongo),
    audit: createMongoAuditStore(mongo),
    secrets: createMongoSecretStore(mongo),
    vectors: createMongoVectorStore(mongo),
  };
}
