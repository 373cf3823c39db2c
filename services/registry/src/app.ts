// The composition root of the registry: the only file that knows every layer.

import type { Transport } from '@connectrpc/connect';
import {
  type Clock,
  createSchemaCheck,
  type Log,
  type NewSid,
  type Service,
  type ServiceStore,
  type Vault,
} from '@hero-logic/platform';
import { AccessCheckService } from '@hero-logic/proto/herologic/registry/v1/access_check_service_pb';
import { AccessService } from '@hero-logic/proto/herologic/registry/v1/access_service_pb';
import { CatalogService } from '@hero-logic/proto/herologic/registry/v1/catalog_service_pb';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { LibraryService } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { SecretReadService } from '@hero-logic/proto/herologic/registry/v1/secret_read_service_pb';
import { SecretService } from '@hero-logic/proto/herologic/registry/v1/secret_service_pb';
import { SeedService } from '@hero-logic/proto/herologic/registry/v1/seed_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { createEmbedder, type EmbeddingsEndpoint } from './clients/embedder.ts';
import { createLibrarySearches } from './domain/library/library-search.ts';
import { createSemantic } from './domain/library/semantic.ts';
import type { Isolation } from './domain/version.ts';
import { createPythonInspector } from './inspect/python-inspector.ts';
import { createAuditRetention } from './loops/audit-retention.ts';
import { createEmbeddingsLoop } from './loops/embeddings-loop.ts';
import { createLibraryLoop } from './loops/library-loop.ts';
import { createRewrapLoop } from './loops/rewrap-secrets-loop.ts';
import { createAccessHandlers } from './rpc/access.ts';
import { createAccessCheckHandlers } from './rpc/access-check.ts';
import { createCatalogHandlers } from './rpc/catalog.ts';
import { createEndedPlays } from './rpc/ended-plays.ts';
import { createExampleHandlers } from './rpc/example.ts';
import { createLibraryHandlers } from './rpc/library.ts';
import { createSecretHandlers, createSecretReadHandlers } from './rpc/secret.ts';
import { createSeedHandlers } from './rpc/seed.ts';
import { createWorkflowHandlers } from './rpc/workflow.ts';
import { createWorkflowPlays } from './rpc/workflow-plays.ts';
import { createMongoStores } from './storage/stores.mongo.ts';
import { createSqliteStores } from './storage/stores.sqlite.ts';

interface RegistryNeeds {
  readonly clock: Clock;
  readonly newSid: NewSid;
  readonly log: Log;
  /** For WorkflowPlaysService, when a workflow is deleted. */
  readonly scheduler: Transport;
  /** Interpreter that reads sources, 3.10 or newer; empty = the system's. */
  readonly python: string;
  /** How long the audit log keeps an event. */
  readonly auditDays: number;
  /** Seals secrets. */
  readonly vault: Vault;
  /** The least isolation that a version may ask for; `version` unless told. */
  readonly isolationLeast?: Isolation | undefined;
  /** Finds flows by what they mean, too; absent = by their words alone. */
  readonly embeddings?: EmbeddingsEndpoint | undefined;
}

export type RegistryDeps = RegistryNeeds & ServiceStore;

export function buildRegistry(deps: RegistryDeps): Service {
  const { workflows, examples, keys, audit, secrets, vectors } =
    'mongo' in deps ? createMongoStores(deps.mongo) : createSqliteStores(deps);
  const inspector = createPythonInspector({ python: deps.python, log: deps.log });
  const semantic =
    deps.embeddings === undefined
      ? undefined
      : createSemantic({ embedder: createEmbedder(deps.embeddings), vectors, clock: deps.clock, log: deps.log });
  const library = createLibrarySearches(workflows, semantic);
  const access = { keys, audit, clock: deps.clock, newSid: deps.newSid };
  const sealed = { secrets, workflows, vault: deps.vault, clock: deps.clock, log: deps.log };
  const all = {
    workflows,
    examples,
    inspector,
    plays: createWorkflowPlays(deps.scheduler),
    endedPlays: createEndedPlays(deps.scheduler),
    schemas: createSchemaCheck(),
    clock: deps.clock,
    newSid: deps.newSid,
    isolationLeast: deps.isolationLeast ?? 'version',
    log: deps.log,
  };
  return {
    name: 'registry',
    routes: (router) => {
      router.service(WorkflowService, createWorkflowHandlers(all));
      router.service(ExampleService, createExampleHandlers(all));
      router.service(LibraryService, createLibraryHandlers(workflows, library));
      router.service(CatalogService, createCatalogHandlers(workflows));
      router.service(SeedService, createSeedHandlers(all));
      router.service(AccessService, createAccessHandlers(access));
      router.service(AccessCheckService, createAccessCheckHandlers(access));
      router.service(SecretService, createSecretHandlers(sealed));
      router.service(SecretReadService, createSecretReadHandlers(sealed));
    },
    loops: [
      createLibraryLoop(library(undefined), deps.log),
      ...(semantic === undefined
        ? []
        : [createEmbeddingsLoop({ semantic, store: workflows, clock: deps.clock, log: deps.log })]),
      createRewrapLoop(sealed),
      createAuditRetention({ audit: access.audit, keepDays: deps.auditDays, clock: deps.clock, log: deps.log }),
    ],
    close: () => inspector.close(),
  };
}
