// Flows as they are taken from one library to another, from the wire.

import type { FlowBundle as PbBundle } from '@hero-logic/proto/herologic/registry/v1/flow_bundle_pb';
import { jsonValues } from '../domain/example.ts';
import type { FlowBundle } from '../domain/flow-bundle.ts';
import { contentFromPb } from './workflow.codec.ts';

export function bundleFromPb(bundle: PbBundle): FlowBundle {
  const { name, description, tags, archived, currentNumber } = bundle;
  return {
    name,
    description,
    tags,
    archived,
    currentNumber,
    versions: bundle.versions.map((version) => ({ ...contentFromPb(version), entry: version.entry })),
    examples: bundle.examples.map((example) => ({
      versionNumber: example.versionNumber,
      content: {
        name: example.name,
        description: example.description,
        workflowVersionSid: '',
        inputValues: jsonValues(example.inputValues),
        resumes: jsonValues(example.resumes),
        expectedOutput: example.expectedOutput,
        tags: example.tags,
      },
    })),
  };
}
