// --limit NAME=VALUE: the limits of a version, under the names that they have everywhere.

import { create, type MessageInitShape, ScalarType } from '@bufbuild/protobuf';
import { type VersionLimits, VersionLimitsSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import { UsageError } from '../core/usage-error.ts';

const LIMIT_NAMES = VersionLimitsSchema.fields.map((field) => field.name);

/** Undefined when none is given. */
export function readLimits(pairs: readonly string[] = []): VersionLimits | undefined {
  if (pairs.length === 0) return undefined;
  const init: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, name = '', text = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    const field = VersionLimitsSchema.fields.find((one) => one.name === name);
    if (field === undefined) {
      throw new UsageError(`--limit ${pair}: write it as NAME=VALUE, with a name of ${LIMIT_NAMES.join(', ')}`);
    }
    if (field.localName in init) throw new UsageError(`--limit ${name}: given twice`);
    init[field.localName] = field.scalar === ScalarType.STRING ? text : wholeOf(name, text, field.scalar);
  }
  return create(VersionLimitsSchema, init as MessageInitShape<typeof VersionLimitsSchema>);
}

function wholeOf(name: string, text: string, type: ScalarType | undefined): number | bigint {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--limit ${name}: must be a whole number, not "${text}"`);
  return type === ScalarType.INT64 ? BigInt(text) : Number(text);
}
