// Seeding from the composition root, over the service's own call. Safe to repeat on every start.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { createClient, type Transport } from '@connectrpc/connect';
import { SeedService } from '@hero-logic/proto/herologic/registry/v1/seed_service_pb';
import type { VersionLimitsSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';

export interface ExampleSeed {
  readonly name: string;
  readonly description: string;
  /** Input name -> JSON text. */
  readonly inputValues: Readonly<Record<string, string>>;
  /** Pause name -> payload as JSON text. */
  readonly resumes: Readonly<Record<string, string>>;
  /** JSON text; empty = nothing to compare with. */
  readonly expectedOutput: string;
}

export interface WorkflowSeed {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly pythonSource: string;
  readonly examples: readonly ExampleSeed[];
  /** Left out = the executor's defaults. */
  readonly limits?: MessageInitShape<typeof VersionLimitsSchema>;
}

/** Upserts each by name, one after the other; never overwrites what a user has changed. Gives the names of those that it wrote to. */
export async function seedWorkflows(registry: Transport, seeds: readonly WorkflowSeed[]): Promise<string[]> {
  const client = createClient(SeedService, registry);
  const changed: string[] = [];
  for (const seed of seeds) {
    const reply = await client.seedWorkflow({
      ...seed,
      tags: [...seed.tags],
      examples: seed.examples.map((e) => ({ ...e, inputValues: { ...e.inputValues }, resumes: { ...e.resumes } })),
    });
    if (reply.changed) changed.push(seed.name);
  }
  return changed;
}
