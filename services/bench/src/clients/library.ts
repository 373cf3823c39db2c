// Workflows, versions and examples, as benchmarks see them.

import { createClient, type Transport } from '@connectrpc/connect';
import { DEFAULT_NAMESPACE, toHeroError } from '@hero-logic/platform';
import { CatalogService } from '@hero-logic/proto/herologic/registry/v1/catalog_service_pb';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { FieldType, type FlowField } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import type { BenchExample, DeclaredInput, Library } from '../domain/ports.ts';

export function createLibrary(registry: Transport): Library {
  const workflows = createClient(WorkflowService, registry);
  const versions = createClient(CatalogService, registry);
  const examples = createClient(ExampleService, registry);
  return {
    async workflow(workflowSid) {
      const found = await called(workflows.getWorkflow({ workflow: { case: 'workflowSid', value: workflowSid } }));
      return {
        name: found.name,
        namespace: found.namespace || DEFAULT_NAMESPACE,
        currentVersionSid: found.currentVersionSid,
        versions: found.versions.map(({ sid, number }) => ({ sid, number })),
      };
    },
    async version(workflowSid, versionSid) {
      const workflow = workflowSid === '' ? { case: undefined } : { case: 'workflowSid' as const, value: workflowSid };
      const found = await called(versions.resolveVersion({ workflow, versionSid }));
      return {
        sid: found.version?.sid ?? '',
        number: found.version?.number ?? 0,
        workflowName: found.workflow?.name ?? '',
        archived: found.workflow?.archived ?? false,
        inputs: (found.version?.inputs ?? []).map(inputFromPb),
      };
    },
    async requireFlow(name) {
      await called(versions.resolveVersion({ workflow: { case: 'name', value: name } }));
    },
    async saveExample(workflowSid, { name, description, inputValues, tags }) {
      const saved = { workflowSid, name, description, inputValues: { ...inputValues }, tags: [...tags] };
      return (await called(examples.upsertExample(saved))).sid;
    },
    async examples(workflowSid) {
      const all: BenchExample[] = [];
      for (let pageToken = ''; ; ) {
        const page = await called(examples.listExamples({ workflowSid, pageToken }));
        all.push(
          ...page.examples.map((e) => ({
            sid: e.sid,
            versionSid: e.workflowVersionSid,
            inputValues: e.inputValues,
            expectedOutput: e.expectedOutput,
          })),
        );
        if (page.nextPageToken === '') return all;
        pageToken = page.nextPageToken;
      }
    },
  };
}

function inputFromPb(field: FlowField): DeclaredInput {
  return {
    name: field.name,
    type: field.fieldType === FieldType.UNSPECIFIED ? '' : FieldType[field.fieldType].toLowerCase(),
    description: field.description,
    required: field.required,
    default: field.default,
    schema: field.schema,
  };
}

async function called<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw toHeroError(error);
  }
}
