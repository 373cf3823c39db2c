// SeedService: decode and one command.

import type { ServiceImpl } from '@connectrpc/connect';
import type { SeedService } from '@hero-logic/proto/herologic/registry/v1/seed_service_pb';
import { type SeedDeps, seedWorkflow } from '../domain/commands/seed-workflow.ts';
import { contentFromSeed } from './example.codec.ts';
import { limitsFromPb } from './workflow.codec.ts';

export function createSeedHandlers(deps: SeedDeps): ServiceImpl<typeof SeedService> {
  return {
    async seedWorkflow({ name, description, tags, pythonSource, examples, limits }) {
      const content = { source: pythonSource, limits: limitsFromPb(limits), examples: examples.map(contentFromSeed) };
      return seedWorkflow(deps, { name, description, tags, ...content });
    },
  };
}
