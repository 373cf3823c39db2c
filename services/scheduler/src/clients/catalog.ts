// The registry as the scheduler sees it.

import { createClient, type Transport } from '@connectrpc/connect';
import { DEFAULT_NAMESPACE, jsonObject, toHeroError } from '@hero-logic/platform';
import { CatalogService } from '@hero-logic/proto/herologic/registry/v1/catalog_service_pb';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { type FlowField, FieldType as PbFieldType } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import type { VersionLimits } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import type { Catalog, FieldType, InputField } from '../domain/catalog.ts';
import type { PlayLimits } from '../domain/gates.ts';

export function createCatalog(registry: Transport): Catalog {
  const versions = createClient(CatalogService, registry);
  const examples = createClient(ExampleService, registry);
  return {
    async resolve({ workflowSid, workflowName, versionSid, namespace = '' }) {
      const workflow =
        workflowSid === '' ? named(workflowName) : ({ case: 'workflowSid', value: workflowSid } as const);
      const { workflow: found, version } = await called(versions.resolveVersion({ workflow, versionSid, namespace }));
      if (found === undefined || version === undefined) throw new Error('the registry resolved to nothing');
      return {
        workflowSid: found.sid,
        workflowName: found.name,
        ...(['', DEFAULT_NAMESPACE].includes(found.namespace) ? {} : { namespace: found.namespace }),
        archived: found.archived,
        versionSid: version.sid,
        versionNumber: version.number,
        inputs: version.inputs.map(inputFromPb),
        limits: limitsFromPb(version.limits),
      };
    },
    async example(exampleSid) {
      const example = await called(examples.getExample({ exampleSid }));
      return {
        workflowSid: example.workflowSid,
        versionSid: example.workflowVersionSid,
        inputData: jsonObject(Object.entries(example.inputValues)),
        resumes: Object.entries(example.resumes),
      };
    },
  };
}

function named(value: string) {
  return value === '' ? ({ case: undefined } as const) : ({ case: 'name', value } as const);
}

// Its failures are those of the call that needed it: NOT_FOUND stays NOT_FOUND.
async function called<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw toHeroError(error);
  }
}

const FIELD_TYPES: Record<PbFieldType, FieldType> = {
  [PbFieldType.UNSPECIFIED]: 'any',
  [PbFieldType.STRING]: 'string',
  [PbFieldType.NUMBER]: 'number',
  [PbFieldType.INTEGER]: 'integer',
  [PbFieldType.BOOLEAN]: 'boolean',
  [PbFieldType.OBJECT]: 'object',
  [PbFieldType.ARRAY]: 'array',
};

function limitsFromPb(limits: VersionLimits | undefined): PlayLimits {
  const { maxRunning = 0, startsPerMinute = 0, slotCost = 0 } = limits ?? {};
  return { maxRunning, startsPerMinute, slotCost };
}

function inputFromPb(field: FlowField): InputField {
  return {
    name: field.name,
    type: FIELD_TYPES[field.fieldType],
    required: field.required,
    default: field.default,
    schema: field.schema,
  };
}
