// ExampleService: decode, one command or query, encode.

import type { ServiceImpl } from '@connectrpc/connect';
import { decodePageToken, encodePageToken, pageSize } from '@hero-logic/platform';
import type { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { buildInputData, type ExampleDeps, upsertExample } from '../domain/commands/examples.ts';
import { exampleBySid, workflowBySid } from '../domain/commands/find.ts';
import { savePlayAsExample } from '../domain/commands/save-play.ts';
import type { EndedPlays } from '../domain/ports.ts';
import { contentFromPb, exampleToPb } from './example.codec.ts';

const MOST = 1000;

export function createExampleHandlers(
  deps: ExampleDeps & { endedPlays: EndedPlays },
): ServiceImpl<typeof ExampleService> {
  const { examples, workflows } = deps;
  return {
    upsertExample: async (req) => exampleToPb(await upsertExample(deps, req.workflowSid, contentFromPb(req))),

    savePlayAsExample: async (req) => exampleToPb(await savePlayAsExample({ ...deps, plays: deps.endedPlays }, req)),

    getExample: async ({ exampleSid }) => exampleToPb(await exampleBySid(examples, exampleSid)),

    async buildInputData({ exampleSid, versionSid }) {
      const { text, warnings } = await buildInputData(deps, exampleSid, versionSid);
      return { inputData: text, warnings: [...warnings] };
    },

    async listExamples(req) {
      await workflowBySid(workflows, req.workflowSid);
      const [afterName = ''] = decodePageToken(req.pageToken) ?? [];
      const limit = pageSize(req.pageSize, MOST, MOST);
      const found = await examples.list(req.workflowSid, String(afterName), limit + 1);
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return {
        examples: page.map(exampleToPb),
        nextPageToken: last === undefined ? '' : encodePageToken([last.name]),
      };
    },

    async deleteExample({ exampleSid }) {
      await exampleBySid(examples, exampleSid);
      await examples.remove(exampleSid);
      return { ok: true };
    },
  };
}
