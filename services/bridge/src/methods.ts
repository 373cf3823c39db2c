// The calls that the bridge serves: every method with the option json_rpc, under its bare name, as LogicService.NAME and as
// logicservice.NAME. A method is added by writing it into a proto.

import { type DescField, type DescMethodUnary, type DescService, getOption, hasOption } from '@bufbuild/protobuf';
import { json_rpc } from '@hero-logic/proto/herologic/options/v1/options_pb';

export interface RpcMethod {
  /** Bare name, "play_start". */
  readonly name: string;
  readonly desc: DescMethodUnary;
  readonly resultFields: readonly DescField[];
  /** It changes nothing. */
  readonly isRead: boolean;
}

export type MethodTable = ReadonlyMap<string, RpcMethod>;

const PREFIX = /^(?:LogicService|logicservice)\./;
/** google.protobuf.MethodOptions.IdempotencyLevel.NO_SIDE_EFFECTS */
const NO_SIDE_EFFECTS = 1;

export function bareName(name: string): string {
  return name.replace(PREFIX, '');
}

/** Methods by bare name, sorted by it. */
export function createMethodTable(services: readonly DescService[]): MethodTable {
  const found = new Map<string, RpcMethod>();
  for (const desc of services.flatMap((s) => s.methods)) {
    if (!hasOption(desc, json_rpc)) continue;
    const { name, resultFields } = getOption(desc, json_rpc);
    if (desc.methodKind !== 'unary') throw new Error(`${desc.toString()} is a stream and cannot be served as ${name}`);
    if (found.has(name)) throw new Error(`two methods are served as ${name}`);
    found.set(name, {
      name,
      desc: desc as DescMethodUnary,
      resultFields: resultFields.map((f) => fieldNamed(desc as DescMethodUnary, f)),
      isRead: desc.idempotency === NO_SIDE_EFFECTS,
    });
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function fieldNamed(desc: DescMethodUnary, name: string): DescField {
  const field = desc.output.fields.find((f) => f.name === name);
  if (field === undefined) throw new Error(`${desc.output.typeName} has no field ${name}`);
  return field;
}
