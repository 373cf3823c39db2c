// The OpenRPC 1.3 document, generated from the descriptors and their comments when the bridge starts. Its bytes are /openrpc.json and the
// result of rpc.discover.

import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { isDocument, isRequired, visibleFields } from '../codec/fields.ts';
import type { MethodTable, RpcMethod } from '../methods.ts';
import { errorComponents } from './errors.ts';
import type { JsonSchema } from './rules.ts';
import { commentOf, createSchemas, fieldComment, type Schemas } from './schemas.ts';

const ABOUT = `Durable execution of Python flows that people can watch, stop, answer and trust. Every method is also there as
LogicService.NAME and logicservice.NAME; batches and notifications work. JSON documents (input_data, payload, schema and the like) are JSON
text in replies; in requests a JSON string is taken as JSON text and any other value as itself. Times are milliseconds since the epoch.`;

const BUILT_IN = [
  {
    name: 'rpc.discover',
    summary: 'This document.',
    params: [],
    result: { name: 'result', schema: { type: 'object' } },
  },
  {
    name: 'system.ping',
    summary: 'Answers "pong".',
    params: [],
    result: { name: 'result', schema: { type: 'string', const: 'pong' } },
  },
];

export function openRpcDocument(methods: MethodTable, version: string): string {
  const schemas = createSchemas();
  const errors = errorComponents();
  const errorRefs = Object.keys(errors).map((name) => ({ $ref: `#/components/errors/${name}` }));
  const described = [...methods.values()].map((m) => ({ ...methodObject(m, schemas), errors: errorRefs }));
  return JSON.stringify({
    openrpc: '1.3.2',
    info: {
      title: 'hero_logic',
      description: ABOUT.replaceAll('\n', ' '),
      version,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ name: 'hero_logic', url: '/rpc' }],
    methods: [...described, ...BUILT_IN].sort((a, b) => (a.name < b.name ? -1 : 1)),
    components: { schemas: schemas.components(), errors },
  });
}

function methodObject(method: RpcMethod, schemas: Schemas) {
  const { input, output, parent, name } = method.desc;
  const description = commentOf(`${parent.typeName}.${name}`);
  return {
    name: method.name,
    summary: firstSentence(description),
    description,
    tags: [{ name: parent.name }],
    // The members of a oneof share one position, which OpenRPC cannot say.
    paramStructure: input.oneofs.length > 0 ? 'by-name' : 'either',
    params: visibleFields(input).map((field) => paramObject(field, schemas)),
    result: { name: 'result', description: commentOf(output.typeName), schema: resultSchema(method, schemas) },
  };
}

function paramObject(field: DescField, schemas: Schemas) {
  const document = isDocument(field) ? ' A string is taken as JSON text, any other value as itself.' : '';
  const others = (field.oneof?.fields ?? []).filter((f) => f !== field).map((f) => f.name);
  const choice = others.length > 0 ? ` Not together with ${others.join(', ')}.` : '';
  return {
    name: field.name,
    description: fieldComment(field) + document + choice,
    required: isRequired(field),
    schema: schemas.param(field),
  };
}

function resultSchema(method: RpcMethod, schemas: Schemas): JsonSchema {
  const options = method.resultFields.map((field) => {
    const schema = schemas.result(field);
    return field.fieldKind === 'message' ? { oneOf: [schema, { type: 'null' }] } : schema;
  });
  const [first, ...others] = options;
  if (first === undefined) return schemas.message(method.desc.output as DescMessage);
  // An empty list fits each of several lists.
  return others.length === 0 ? first : { anyOf: options };
}

/** "Stops a play: SIGTERM, 5 s grace." */
function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
}
