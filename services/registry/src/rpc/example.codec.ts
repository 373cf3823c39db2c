// Examples <-> the wire.

import { create } from '@bufbuild/protobuf';
import { timeToPb } from '@hero-logic/platform';
import { ExampleSchema, type Example as PbExample } from '@hero-logic/proto/herologic/registry/v1/example_pb';
import type { UpsertExampleRequest } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import type { SeedExample } from '@hero-logic/proto/herologic/registry/v1/seed_service_pb';
import { type Example, type ExampleContent, jsonValues } from '../domain/example.ts';

export function contentFromPb(req: UpsertExampleRequest): ExampleContent {
  const { name, description, workflowVersionSid, expectedOutput, tags } = req;
  const [inputValues, resumes] = [jsonValues(req.inputValues), jsonValues(req.resumes)];
  return { name, description, workflowVersionSid, inputValues, resumes, expectedOutput, tags };
}

export function contentFromSeed(seed: SeedExample): ExampleContent {
  const { name, description, expectedOutput } = seed;
  const [inputValues, resumes] = [jsonValues(seed.inputValues), jsonValues(seed.resumes)];
  return { name, description, workflowVersionSid: '', inputValues, resumes, expectedOutput, tags: [] };
}

export function exampleToPb(example: Example): PbExample {
  return create(ExampleSchema, {
    sid: example.sid,
    workflowSid: example.workflowSid,
    workflowVersionSid: example.workflowVersionSid,
    name: example.name,
    description: example.description,
    inputValues: Object.fromEntries(example.inputValues),
    resumes: Object.fromEntries(example.resumes),
    expectedOutput: example.expectedOutput,
    tags: [...example.tags],
    createdAt: timeToPb(example.createdAt),
    updatedAt: timeToPb(example.updatedAt),
  });
}
